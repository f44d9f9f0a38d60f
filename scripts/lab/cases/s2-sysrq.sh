# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='S2 memmap, panicked by sysrq-c: unrelated, the finding stands'
KERNEL=5.10-s2
MEM=512
APPEND='memmap=64M!0x14000000 vm_debug=- clearcpuid=3'
STEPS='pmem-disable oracle sysrq-c'
PANIC='sysrq: Trigger a crash'
DUMPS='elf d31'
CRASHKERNEL=128M
