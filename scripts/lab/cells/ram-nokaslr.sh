# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='plain RAM, no KASLR'
MEM=512
APPEND='nokaslr'
STEPS='oracle page-summary predicates-5g sysrq-c'
