# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# Bullseye's 5.10, slow to initialise device pages: time enough to meet them before.
KIND=source
SUITE=bullseye
PACKAGE=linux-source-5.10
FRAGMENTS='kernel-5.10 kernel-5.10-walkers'
PATCHES='slow-memmap-init-zone-device'
