# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='Soft lockup in a module, no pmem: unrelated'
KERNEL=5.10-s0
MEM=512
APPEND=''
STEPS='oracle module-lockup'
PANIC='soft lockup'
DUMPS='elf'
