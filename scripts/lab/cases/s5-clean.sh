# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='S5, nobody looks while the device is attached, sysrq-c: clean twin of s5-walker'
KERNEL=5.10-s5
MEM=768
APPEND='memmap=192M!0x8000000'
STEPS='pmem-disable pmem-enable page-summary oracle sysrq-c'
PANIC='sysrq: Trigger a crash'
DUMPS='elf d31'
CRASHKERNEL=128M
