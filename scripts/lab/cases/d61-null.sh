# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='Debian 6.1, ZONE_DEVICE pages, NULL dereference in a module: unrelated'
KERNEL=6.1-cloud
MEM=2048
APPEND='memmap=128M!0x44000000'
STEPS='pmem-devdax oracle valid-zones page-summary module-null'
PANIC='RIP: 0010:lab_null_'
DUMPS='flat elf d31'
CRASHKERNEL=256M
TIMEOUT=600
