# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# Section 2 has no RAM: its first half is pmem, its second is nothing. So it comes
# with the pmem, is not early, and has half of its subsections.
TITLE='The untouched 5.10, a section with half of its subsections, the answers of the predicates'
KERNEL=5.10-fixed
MEM=512
APPEND='memmap=64M!0x10000000 memmap=64M$0x14000000 vm_debug=-'
STEPS='pmem-cycle oracle predicates sysrq-c'
PANIC='sysrq: Trigger a crash'
DUMPS='flat'
