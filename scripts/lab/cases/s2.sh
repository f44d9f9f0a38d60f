# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='S2: the memmap of an early section unmapped, and written to by ndctl itself'
KERNEL=5.10-s2
MEM=512
APPEND='memmap=64M!0x14000000 vm_debug=- clearcpuid=3'
STEPS='valid-zones page-summary oracle pmem-cycle'
PANIC='RIP: 0010:memmap_init_zone'
DUMPS='elf flat d31'
CRASHKERNEL=128M
