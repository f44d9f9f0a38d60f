# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='S1: /proc/kpageflags meets the depopulated memmap of an early section'
KERNEL=5.10-s1
MEM=2048
APPEND='memmap=128M!0x44000000 vm_debug=-'
STEPS='valid-zones page-summary pmem-cycle oracle read-kpageflags'
PANIC='RIP: 0010:stable_page_flags'
DUMPS='flat elf raw-vmcore d31 d0-zlib d31-lzo d31-elf d31-flat split'
TIMEOUT=600
