# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='S3 with init_unavailable_range() untouched, kpageflags survives, sysrq-c: clean twin'
KERNEL=5.10-s1-walkers
MEM=512
APPEND=''
STEPS='valid-zones page-summary oracle sysrq-c'
PANIC='sysrq: Trigger a crash'
DUMPS='elf d31'
CRASHKERNEL=128M
