# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='S1 memmap met by walkers that survive it (page_owner, valid_zones), then sysrq-c'
KERNEL=5.10-s1-walkers
MEM=2048
APPEND='memmap=128M!0x44000000 vm_debug=- page_owner=on'
STEPS='pmem-cycle oracle read-page-owner valid-zones sysrq-c'
PANIC='sysrq: Trigger a crash'
DUMPS='flat elf'
TIMEOUT=600
