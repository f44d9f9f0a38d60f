# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# As 5.10-s1, with more walkers over the memmap.
KIND=source
SUITE=bullseye
PACKAGE=linux-source-5.10
FRAGMENTS='kernel-5.10 kernel-5.10-walkers'
PATCHES='undo-never-partially-remove-early-memmap'
EXTRA='lab_null'
