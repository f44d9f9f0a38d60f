# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='one bit of the first free object of a slab'
KERNEL=6.1-plant
KERNELS='5.10-plant 6.12-plant 7.2-plant 6.1-arm64 6.12-16k'
MEM=512
APPEND='lab.plant=freelistflip'
STEPS='oracle plant'
PANIC='BUG: |general protection'
DUMPS='elf'
