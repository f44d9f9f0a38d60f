# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='plain RAM, no KASLR, 4 levels of page tables'
MEM=512
APPEND='nokaslr no5lvl'
STEPS='oracle page-summary predicates-5g sysrq-c'
KERNELS='5.10 6.1 6.12 7.2 7.3'
WITHOUT='arm64: levels follow from how the kernel was built'
