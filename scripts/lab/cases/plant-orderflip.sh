# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='Debian 6.1, one bit of the order of a compound page, freed'
KERNEL=6.1-plant
MEM=512
APPEND='lab.plant=orderflip panic_on_taint=0x20'
STEPS='oracle plant'
PANIC='BUG: Bad page state'
DUMPS='elf'
