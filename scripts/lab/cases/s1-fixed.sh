# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='The untouched kernel, same steps as S1, kpageflags survives, sysrq-c: clean twin'
KERNEL=5.10-fixed
MEM=2048
APPEND='memmap=128M!0x44000000 vm_debug=-'
STEPS='valid-zones page-summary pmem-cycle oracle valid-zones page-summary sysrq-c'
PANIC='sysrq: Trigger a crash'
DUMPS='flat elf d31'
