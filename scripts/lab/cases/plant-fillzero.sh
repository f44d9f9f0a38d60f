# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='Debian 6.1, struct pages inside a free block filled with zeroes'
KERNEL=6.1-plant
MEM=512
APPEND='lab.plant=fillzero panic_on_taint=0x20'
STEPS='oracle plant eat-memory'
PANIC='BUG: Bad page state'
DUMPS='elf'
