# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# The reader of kpageflags of 7.2 takes a snapshot of the compound page, and lives.
TITLE='one bit of compound_head of a tail page, wild'
KERNEL=6.1-plant
KERNELS='5.10-plant 6.12-plant 6.1-arm64 6.12-16k'
MEM=512
APPEND='lab.plant=headflip'
STEPS='oracle plant read-kpageflags'
PANIC='BUG: unable to handle page fault'
DUMPS='elf'
