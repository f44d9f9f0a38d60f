# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='Debian 6.1 in 8 GiB, a third of it page cache and anonymous memory, for scripts/bench'
KERNEL=6.1-cloud
MEM=8192
APPEND='memmap=128M!0x44000000'
STEPS='pmem-devdax fill oracle sysrq-c'
PANIC='sysrq: Trigger a crash'
DUMPS='elf flat'
TIMEOUT=900
