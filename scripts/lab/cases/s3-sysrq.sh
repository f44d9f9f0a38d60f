# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='S3 memmap, panicked by sysrq-c: unrelated, the finding stands'
KERNEL=5.10-s3
MEM=512
APPEND=''
STEPS='oracle sysrq-c'
PANIC='sysrq: Trigger a crash'
DUMPS='elf d31'
CRASHKERNEL=128M
