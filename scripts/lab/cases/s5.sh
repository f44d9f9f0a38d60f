# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='S5: attaching pmem meets its own device pages before they are initialised'
KERNEL=5.10-s1
MEM=512
APPEND='memmap=64M!0x14000000'
STEPS=''
PANIC='page:[0-9a-f]* is uninitialized and poisoned'
DUMPS='elf flat'
