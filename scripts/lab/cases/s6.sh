# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='S6: memory failure in free pages, which 5.10 leaves on the free lists, sysrq-c'
KERNEL=5.10-fixed
MEM=512
APPEND=''
STEPS='pick-free hard-offline-picked page-summary oracle sysrq-c'
PANIC='sysrq: Trigger a crash'
DUMPS='elf d31'
CRASHKERNEL=128M
