# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# On 5.10, 6.12 and 7.2 no check of the kernel met it while all memory was handed out.
TITLE='a page freed twice, met by an innocent task'
KERNEL=6.1-plant
MEM=512
APPEND='lab.plant=doublefree panic_on_taint=0x20'
STEPS='oracle plant eat-memory'
PANIC='BUG: Bad page state'
DUMPS='elf'
