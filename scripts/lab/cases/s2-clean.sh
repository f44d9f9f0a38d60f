# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='S2 kernel, memmap mapped by 4 KiB pages, pmem left alone, sysrq-c: clean twin'
KERNEL=5.10-s2
MEM=512
APPEND='memmap=64M!0x14000000 vm_debug=- clearcpuid=3'
STEPS='valid-zones page-summary oracle sysrq-c'
PANIC='sysrq: Trigger a crash'
DUMPS='elf d31'
CRASHKERNEL=128M
