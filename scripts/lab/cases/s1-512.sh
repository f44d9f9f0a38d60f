# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='S1 in 512 MiB'
KERNEL=5.10-s1
MEM=512
APPEND='memmap=64M!0x14000000 vm_debug=-'
STEPS='valid-zones page-summary pmem-cycle oracle read-kpageflags'
PANIC='RIP: 0010:stable_page_flags'
DUMPS='elf flat d31'
CRASHKERNEL=128M
