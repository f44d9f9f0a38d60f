# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='devdax of 32 MiB pages, pmem not so aligned: the last reaches behind the memmap'
KERNEL=6.12-16k
MEM=1024
APPEND='memmap=288M!0x17000000'
STEPS='oracle pmem-devdax-2m'
PANIC='pc : __init_zone_device_page'
DUMPS='elf'
