# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='Debian 7.2 in 512 MiB, no KASLR, four levels, ZONE_DEVICE pages, sysrq-c: nothing wrong'
KERNEL=7.2-cloud
MEM=512
APPEND='memmap=64M!0x14000000 nokaslr no5lvl'
STEPS='pmem-devdax oracle valid-zones page-summary sysrq-c'
PANIC='sysrq: Trigger a crash'
DUMPS='elf flat d31'
CRASHKERNEL=192M
TIMEOUT=600
