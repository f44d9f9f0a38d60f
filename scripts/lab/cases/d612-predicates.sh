# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='Debian 6.12, the answers of its predicates about every PFN, then sysrq-c'
KERNEL=6.12-cloud
MEM=512
APPEND='memmap=64M!0x14000000'
STEPS='pmem-devdax oracle predicates sysrq-c'
PANIC='sysrq: Trigger a crash'
DUMPS='flat'
TIMEOUT=600
