# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='Debian 6.1, one bit of compound_head of a tail page, wild'
KERNEL=6.1-plant
MEM=512
APPEND='lab.plant=headflip'
STEPS='oracle plant read-kpageflags'
PANIC='BUG: unable to handle page fault'
DUMPS='elf'
