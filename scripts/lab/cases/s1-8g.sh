# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='S1 in 8 GiB: what a distilled dump of it takes'
KERNEL=5.10-s1
MEM=8192
APPEND='memmap=64M!0x14000000 vm_debug=-'
STEPS='pmem-cycle oracle read-kpageflags'
PANIC='RIP: 0010:stable_page_flags'
DUMPS='flat'
