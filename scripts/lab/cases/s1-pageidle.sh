# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='S1 memmap met by the idle page tracker'
KERNEL=5.10-s1-walkers
MEM=2048
APPEND='memmap=128M!0x44000000 vm_debug=-'
STEPS='pmem-cycle oracle read-page-idle'
PANIC='general protection fault'
DUMPS='flat elf d31'
