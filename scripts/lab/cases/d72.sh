# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='Debian 7.2, ZONE_DEVICE pages from mid-section, sysrq-c: nothing wrong'
KERNEL=7.2-cloud
MEM=2048
APPEND='memmap=128M!0x44000000'
STEPS='pmem-devdax oracle valid-zones page-summary sysrq-c'
PANIC='sysrq: Trigger a crash'
DUMPS='elf flat d31'
CRASHKERNEL=256M
TIMEOUT=600
