# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='S6: soft offline frees used pages, then marks them; the next allocation throws them away'
KERNEL=5.10-s6
MEM=512
APPEND=''
STEPS='pick-shmem soft-offline-picked page-summary oracle sysrq-c'
PANIC='sysrq: Trigger a crash'
DUMPS='elf d31'
CRASHKERNEL=128M
