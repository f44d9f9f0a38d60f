# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# As 5.10-s1, able to run where there is no PSE: then 4 KiB pages map the memmap.
KIND=source
SUITE=bullseye
PACKAGE=linux-source-5.10
FRAGMENTS='kernel-5.10 kernel-5.10-nopse'
PATCHES='undo-never-partially-remove-early-memmap'
