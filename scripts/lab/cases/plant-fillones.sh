# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='struct pages of a free block filled with ones, list_del corruption'
KERNEL=6.1-plant
KERNELS='5.10-plant 6.12-plant 7.2-plant 6.1-arm64 6.12-16k'
MEM=512
APPEND='lab.plant=fillones'
STEPS='oracle plant eat-memory'
PANIC='list_del corruption'
DUMPS='elf'
