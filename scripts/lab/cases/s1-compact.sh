# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='S1 memmap met by compaction: a NULL node, from the links of the bad page'
KERNEL=5.10-s1
MEM=2048
APPEND='memmap=128M!0x44000000 vm_debug=-'
STEPS='pmem-cycle oracle compact'
PANIC='RIP: 0010:set_pfnblock_flags_mask'
DUMPS='flat elf d31'
