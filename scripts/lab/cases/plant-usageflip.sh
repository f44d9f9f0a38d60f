# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# The reader of kpageflags of 5.10 does not look at the usage of a section in use.
TITLE='one bit of the usage of section 1, wild'
KERNEL=6.1-plant
KERNELS='5.10-plant 6.12-plant 7.2-plant 6.1-arm64 6.12-16k 7.2-arm64'
MEM=512
APPEND='lab.plant=usageflip'
STEPS='oracle plant read-kpageflags eat-memory'
PANIC='BUG: unable to handle page fault'
DUMPS='elf d31'
CRASHKERNEL=160M
