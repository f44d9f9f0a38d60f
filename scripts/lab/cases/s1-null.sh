# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='S1 kernel, pmem left alone, NULL dereference in a module: unrelated'
KERNEL=5.10-s1
MEM=2048
APPEND='memmap=128M!0x44000000 vm_debug=-'
STEPS='valid-zones page-summary oracle module-null'
PANIC='RIP: 0010:lab_null_'
DUMPS='flat d31'
