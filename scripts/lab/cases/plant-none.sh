# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='nothing at all, and a crash on request'
KERNEL=6.1-plant
KERNELS='5.10-plant 6.12-plant 7.2-plant 6.1-arm64 6.12-16k 7.2-arm64'
MEM=512
STEPS='oracle fill sysrq-c'
PANIC='sysrq: Trigger a crash'
DUMPS='elf'
