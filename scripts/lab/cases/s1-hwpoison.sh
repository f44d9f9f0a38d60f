# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='S1 memmap met by memory failure injection'
KERNEL=5.10-s1
MEM=2048
APPEND='memmap=128M!0x44000000 vm_debug=-'
STEPS='pmem-cycle oracle hard-offline'
PANIC='general protection fault'
DUMPS='flat elf d31'
