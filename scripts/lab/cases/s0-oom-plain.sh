# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='Out of memory, no pmem: unrelated'
KERNEL=5.10-s0
MEM=512
APPEND=''
STEPS='oracle oom'
PANIC='panic_on_oom is enabled'
DUMPS='elf'
