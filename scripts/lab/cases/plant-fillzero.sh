# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='struct pages inside a free block filled with zeroes'
KERNEL=6.1-plant
KERNELS='5.10-plant 6.12-plant 7.2-plant 6.1-arm64 6.12-16k'
MEM=512
APPEND='lab.plant=fillzero panic_on_taint=0x20'
STEPS='oracle plant eat-memory'
PANIC='BUG: Bad page state'
DUMPS='elf'
