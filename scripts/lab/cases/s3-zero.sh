# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='S3 without page_init_poisoning: the hole is zero, walkers live, sysrq-c'
KERNEL=5.10-s3-zero
MEM=512
APPEND=''
STEPS='page-summary oracle sysrq-c'
PANIC='sysrq: Trigger a crash'
DUMPS='elf d31'
CRASHKERNEL=128M
