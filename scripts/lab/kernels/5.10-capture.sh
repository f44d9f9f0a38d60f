# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# As 5.10-s2, and able to run a distribution's user space.
KIND=source
SUITE=bullseye
PACKAGE=linux-source-5.10
FRAGMENTS='kernel-5.10 kernel-5.10-nopse kernel-5.10-systemd'
PATCHES='undo-never-partially-remove-early-memmap'
EXTRA='lab_unmap'
