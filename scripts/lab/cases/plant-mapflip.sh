# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='Debian 6.1, one bit of the mapping of a page of a file'
KERNEL=6.1-plant
MEM=512
APPEND='lab.plant=mapflip'
STEPS='oracle plant compact'
PANIC='BUG: unable to handle page fault'
DUMPS='elf d31'
CRASHKERNEL=160M
