# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='one bit of the pagemap of a page of a device'
KERNEL=6.1-plant
KERNELS='5.10-plant 6.12-plant 6.12-16k'
MEM=512
APPEND='memmap=64M!0x14000000 lab.plant=pgmapflip'
STEPS='pmem-fsdax oracle plant'
PANIC='BUG: |general protection'
DUMPS='elf'
