# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='Soft lockup in a module, device pages in an online section: unrelated'
KERNEL=5.10-s0
MEM=512
APPEND='memmap=64M!0x14000000 vm_debug=-'
STEPS='oracle module-lockup'
PANIC='soft lockup'
DUMPS='elf d31'
CRASHKERNEL=128M
