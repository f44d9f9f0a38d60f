# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='devdax of huge compound pages, whole sections, tails of the memmap shared (x86-64)'
MEM=1024
APPEND='memmap=272M!0x17000000'
# Huge pages of 32 MiB: a whole number of them, and from such an address on (case dax-misaligned).
case $KERNEL in *-16k) APPEND=${APPEND/272M!0x17/288M!0x16} ;; esac
STEPS='pmem-devdax-2m oracle page-summary predicates-5g sysrq-c'
KERNELS='6.1 6.12 7.2 7.3 6.12-arm64 6.12-16k 7.2-arm64'
WITHOUT='5.10: no compound pages of devices, which came with v5.17'
SHOWS='.pgmaps[0].vmemmap_shift | . == 9 or . == 11'
