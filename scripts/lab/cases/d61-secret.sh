# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='Debian 6.1 with ZONE_DEVICE, full of secrets, then sysrq-c'
KERNEL=6.1-cloud
MEM=512
APPEND='memmap=64M!0x14000000'
STEPS='pmem-fsdax secret oracle sysrq-c'
PANIC='sysrq: Trigger a crash'
DUMPS='elf'
