# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# As 5.10-s3, without the poison: what is not initialised is zero.
KIND=source
SUITE=bullseye
PACKAGE=linux-source-5.10
FRAGMENTS='kernel-5.10 kernel-5.10-walkers'
PATCHES='undo-init-of-hole-after-ram no-page-init-poisoning'
