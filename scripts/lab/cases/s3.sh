# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='S3: /proc/kpageflags meets struct pages after the end of RAM that were never initialised'
KERNEL=5.10-s3
MEM=512
APPEND=''
STEPS='oracle read-kpageflags'
PANIC='RIP: 0010:stable_page_flags'
DUMPS='elf flat d31'
CRASHKERNEL=128M
