# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='Debian 6.1, ZONE_DEVICE pages, out of memory: unrelated'
KERNEL=6.1-s0
MEM=768
APPEND='memmap=64M!0x14000000'
STEPS='pmem-devdax oracle oom'
PANIC='panic_on_oom is enabled'
DUMPS='elf d31'
CRASHKERNEL=160M
TIMEOUT=600
