# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='Use after free, object filled with ones, no pmem: unrelated'
KERNEL=5.10-s0
MEM=512
APPEND=''
STEPS='oracle module-uaf-ff'
PANIC='RIP: 0010:lab_uaf_tail'
DUMPS='elf d31'
CRASHKERNEL=128M
