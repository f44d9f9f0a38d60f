# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='one bit of the destructor of a compound page, freed'
KERNEL=6.1-plant
KERNELS='5.10-plant 6.1-arm64'
MEM=512
APPEND='lab.plant=dtorflip'
STEPS='oracle plant'
PANIC='BUG: |general protection|invalid opcode'
DUMPS='elf'
