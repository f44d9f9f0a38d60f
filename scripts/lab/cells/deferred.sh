# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='deferred initialisation of struct pages, 4 GiB'
MEM=4096
APPEND=''
STEPS='deferred oracle page-summary predicates-5g sysrq-c'
KERNELS='5.10 6.1 6.12 7.2 7.3 6.1-arm64 6.12-arm64 6.12-16k 6.12-64k 7.2-arm64'
WITHOUT='arm64: of 4 GiB nothing is deferred in 5.10-arm64, whose last zone is then one section'
