# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='Debian 6.1 without KASLR, four page-table levels, memmap of the pmem in RAM'
KERNEL=6.1-cloud
MEM=2048
APPEND='memmap=128M!0x44000000 nokaslr no5lvl'
STEPS='pmem-fsdax oracle valid-zones page-summary sysrq-c'
PANIC='sysrq: Trigger a crash'
DUMPS='flat elf d31'
CRASHKERNEL=256M
TIMEOUT=600
