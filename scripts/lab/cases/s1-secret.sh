# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='S1 in a guest full of secrets: user memory, page cache, slabs'
KERNEL=5.10-s1
MEM=512
APPEND='memmap=64M!0x14000000 vm_debug=-'
STEPS='pmem-cycle secret oracle read-kpageflags'
PANIC='general protection fault.*0xfdfdfdfdfdfdfdfd'
DUMPS='elf'
