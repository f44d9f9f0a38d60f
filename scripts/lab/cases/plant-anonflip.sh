# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# The kernels for cloud machines cannot take a page offline.
TITLE='one bit of the mapping of a page of a task, which is then taken offline'
KERNEL=5.10-plant
MEM=512
APPEND='lab.plant=anonflip'
STEPS='oracle plant soft-offline-planted'
PANIC='BUG: |general protection'
DUMPS='elf'
