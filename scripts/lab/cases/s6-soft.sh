# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='Soft offline of free and used pages, which 5.10 takes off the free lists: clean twin'
KERNEL=5.10-fixed
MEM=512
APPEND=''
STEPS='pick-free soft-offline-picked pick-shmem soft-offline-picked page-summary oracle sysrq-c'
PANIC='sysrq: Trigger a crash'
DUMPS='elf d31'
CRASHKERNEL=128M
