# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# Bullseye's 5.10 as it is: the fix of S1 is in.
KIND=source
SUITE=bullseye
PACKAGE=linux-source-5.10
FRAGMENTS='kernel-5.10'
EXTRA='lab_null'
