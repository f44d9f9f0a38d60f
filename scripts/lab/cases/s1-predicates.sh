# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='S1 memmap, the answers of the predicates about every PFN, then sysrq-c'
KERNEL=5.10-s1
MEM=512
APPEND='memmap=64M!0x14000000 vm_debug=-'
STEPS='pmem-cycle oracle predicates sysrq-c'
PANIC='sysrq: Trigger a crash'
DUMPS='flat'
