# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='Debian 6.1, one bit of the destructor of a compound page, freed'
KERNEL=6.1-plant
MEM=512
APPEND='lab.plant=dtorflip'
STEPS='oracle plant'
PANIC='BUG: |general protection|invalid opcode'
DUMPS='elf'
