# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='Use after free, object filled with 0xfd, device pages in an online section: unrelated'
KERNEL=5.10-s0
MEM=512
APPEND='memmap=64M!0x14000000 vm_debug=-'
STEPS='oracle module-uaf-fd'
PANIC='RIP: 0010:lab_uaf_tail'
DUMPS='elf d31'
CRASHKERNEL=128M
