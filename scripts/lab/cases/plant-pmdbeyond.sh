# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='the leaf that maps the memmap of section 1 leads beyond all memory'
KERNEL=6.1-plant
KERNELS='5.10-plant 6.12-plant 7.2-plant 6.1-arm64'
MEM=512
APPEND='lab.plant=pmdbeyond'
STEPS='oracle plant eat-memory'
PANIC='BUG|general protection'
DUMPS='elf'
