# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# Section 2 has no RAM: its first half is pmem, its second is nothing. So it comes
# with the pmem, is not early, and has half of its subsections.
TITLE='Debian 7.2, a section with half of its subsections, the answers of the predicates'
KERNEL=7.2-cloud
MEM=512
APPEND='memmap=64M!0x10000000 memmap=64M$0x14000000'
STEPS='pmem-devdax oracle predicates sysrq-c'
PANIC='sysrq: Trigger a crash'
DUMPS='flat'
TIMEOUT=600
