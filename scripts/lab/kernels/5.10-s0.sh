# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# As 5.10-s1-walkers, with the modules of the unrelated panics.
KIND=source
SUITE=bullseye
PACKAGE=linux-source-5.10
FRAGMENTS='kernel-5.10 kernel-5.10-walkers'
PATCHES='undo-never-partially-remove-early-memmap'
EXTRA='lab_null lab_lockup lab_uaf'
