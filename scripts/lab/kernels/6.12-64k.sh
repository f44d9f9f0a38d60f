# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# Trixie's 6.12 with pages of 64 KiB, which Debian has no package of.
ARCH=arm64
KIND=source
SUITE=trixie
PACKAGE=linux-source-6.12
FRAGMENTS='kernel-arm64 kernel-arm64-64k'
EXTRA='lab_null lab_plant'
TOOLS=trixie
