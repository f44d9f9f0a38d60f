# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='Debian 6.1 in 512 MiB, ZONE_DEVICE pages from mid-section, sysrq-c: nothing wrong'
KERNEL=6.1-cloud
MEM=512
APPEND='memmap=64M!0x14000000'
STEPS='pmem-devdax oracle valid-zones page-summary sysrq-c'
PANIC='sysrq: Trigger a crash'
DUMPS='elf flat d31'
CRASHKERNEL=160M
TIMEOUT=600
