# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='S1 without KASLR, with four page-table levels'
KERNEL=5.10-s1
MEM=2048
APPEND='memmap=128M!0x44000000 vm_debug=- nokaslr no5lvl'
STEPS='valid-zones page-summary pmem-cycle oracle read-kpageflags'
PANIC='RIP: 0010:stable_page_flags'
DUMPS='flat elf d31'
