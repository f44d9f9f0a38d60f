# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='Debian 6.1, pmem over a whole section, its memmap in the pmem: absent from kexec dumps'
KERNEL=6.1-cloud
MEM=2048
APPEND='memmap=256M!0x44000000'
STEPS='pmem-devdax oracle valid-zones page-summary sysrq-c'
PANIC='sysrq: Trigger a crash'
DUMPS='elf d31'
CRASHKERNEL=256M
TIMEOUT=600
