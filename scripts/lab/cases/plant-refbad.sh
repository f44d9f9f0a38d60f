# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='Debian 6.1, a stray reference on a free page, met by an innocent task'
KERNEL=6.1-plant
MEM=512
APPEND='lab.plant=refbad panic_on_taint=0x20'
STEPS='oracle plant eat-memory'
PANIC='BUG: Bad page state'
DUMPS='elf d31'
CRASHKERNEL=160M
