# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# Bullseye's 5.10 with the put_page() order that soft offline had before v5.10.
KIND=source
SUITE=bullseye
PACKAGE=linux-source-5.10
FRAGMENTS='kernel-5.10 kernel-5.10-walkers'
PATCHES='undo-soft-offline-rework'
EXTRA='lab_null'
