# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='Debian 6.1, the type of a pageblock is none'
KERNEL=6.1-plant
MEM=512
APPEND='lab.plant=blocktype'
STEPS='oracle plant eat-memory'
PANIC='corruption|BUG'
DUMPS='elf'
