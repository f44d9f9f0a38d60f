# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='a pageblock that nobody isolates is isolated by its bit'
KERNEL=7.2-plant
MEM=512
APPEND='lab.plant=blockisolate'
STEPS='oracle plant eat-memory sysrq-c'
PANIC='sysrq: Trigger a crash'
DUMPS='elf'
