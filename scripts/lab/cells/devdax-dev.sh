# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='pmem from mid-section, devdax of 4 KiB pages, memmap in the pmem'
MEM=512
APPEND='memmap=64M!0x14000000'
STEPS='pmem-devdax oracle page-summary predicates-5g sysrq-c'
SHOWS='.pgmaps | length == 1 and .[0].altmap'
