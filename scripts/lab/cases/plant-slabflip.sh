# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='Debian 6.1, one bit of the slab_cache of a slab, wild'
KERNEL=6.1-plant
MEM=512
APPEND='lab.plant=slabflip'
STEPS='oracle plant'
PANIC='BUG: unable to handle page fault'
DUMPS='elf'
