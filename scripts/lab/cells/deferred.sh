# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='deferred initialisation of struct pages, 4 GiB'
MEM=4096
APPEND=''
STEPS='deferred oracle page-summary predicates-5g sysrq-c'
