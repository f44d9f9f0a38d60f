# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# Bullseye's 5.10 with the fix of S1 taken out.
KIND=source
SUITE=bullseye
PACKAGE=linux-source-5.10
FRAGMENTS='kernel-5.10'
PATCHES='undo-never-partially-remove-early-memmap'
EXTRA='lab_null'
