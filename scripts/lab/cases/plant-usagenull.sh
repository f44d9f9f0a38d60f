# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='the usage of section 1 is NULL'
KERNEL=6.1-plant
KERNELS='5.10-plant 6.12-plant 7.2-plant 6.1-arm64 6.12-16k'
MEM=512
APPEND='lab.plant=usagenull'
STEPS='oracle plant eat-memory'
PANIC='BUG: kernel NULL pointer'
DUMPS='elf'
