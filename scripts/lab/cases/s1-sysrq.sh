# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='S1 memmap, panicked by sysrq-c: unrelated, the finding stands'
KERNEL=5.10-s1
MEM=2048
APPEND='memmap=128M!0x44000000 vm_debug=-'
STEPS='valid-zones page-summary pmem-cycle oracle sysrq-c'
PANIC='sysrq: Trigger a crash'
DUMPS='flat elf d31'
