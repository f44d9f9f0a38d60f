# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='pmem from mid-section, devdax of small pages, memmap in the pmem'
MEM=512
APPEND='memmap=64M!0x14000000'
STEPS='pmem-devdax oracle page-summary predicates-5g sysrq-c'
SHOWS='.pgmaps | length == 1 and .[0].altmap'
KERNELS='5.10 6.1 6.12 7.2 7.3 6.12-arm64 6.12-16k 6.12-64k 7.2-arm64'
WITHOUT='arm64: no pages of devices in Debian 5.10 and 6.1'
