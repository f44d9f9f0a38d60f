# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='The untouched kernel, the answers of its predicates about every PFN, then sysrq-c'
KERNEL=5.10-fixed
MEM=512
APPEND='memmap=64M!0x14000000 vm_debug=-'
STEPS='pmem-cycle oracle predicates sysrq-c'
PANIC='sysrq: Trigger a crash'
DUMPS='flat'
