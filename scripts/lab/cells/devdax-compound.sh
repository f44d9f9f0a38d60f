# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='devdax of 2 MiB compound pages, whole sections, tails of the memmap shared'
MEM=1024
APPEND='memmap=272M!0x17000000'
STEPS='pmem-devdax-2m oracle page-summary predicates-5g sysrq-c'
KERNELS='6.1 6.12 7.2 7.3 6.12-16k 6.12-64k'
WITHOUT='5.10: no compound pages of devices, which came with v5.17'
SHOWS='.pgmaps[0].vmemmap_shift == 9'
