# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='S1 memmap met by /proc/kpagecount'
KERNEL=5.10-s1
MEM=2048
APPEND='memmap=128M!0x44000000 vm_debug=-'
STEPS='pmem-cycle oracle read-kpagecount'
PANIC='RIP: 0010:kpagecount_read'
DUMPS='flat elf d31'
