# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='the leaf that maps the memmap of section 1 is split, and as good as before'
KERNEL=6.1-plant
KERNELS='5.10-plant 6.12-plant 7.2-plant 6.1-arm64'
MEM=512
APPEND='lab.plant=splitok'
STEPS='oracle plant eat-memory sysrq-c'
PANIC='sysrq: Trigger a crash'
DUMPS='elf'
