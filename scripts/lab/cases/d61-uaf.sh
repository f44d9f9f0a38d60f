# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='Debian 6.1, ZONE_DEVICE pages, use after free with slab poison: unrelated'
KERNEL=6.1-s0
MEM=768
APPEND='memmap=64M!0x14000000 slub_debug=FP'
STEPS='pmem-devdax oracle module-uaf'
PANIC='RIP: 0010:lab_uaf_tail'
DUMPS='elf d31'
CRASHKERNEL=160M
TIMEOUT=600
