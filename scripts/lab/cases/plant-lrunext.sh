# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='one bit of lru.next of a page of a file, wild'
KERNEL=6.1-plant
KERNELS='5.10-plant 6.12-plant 7.2-plant 6.1-arm64 6.12-16k 7.2-arm64'
MEM=512
APPEND='lab.plant=lrunext'
STEPS='oracle plant compact'
PANIC='BUG: unable to handle page fault|list_del corruption'
DUMPS='elf'
