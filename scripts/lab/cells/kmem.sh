# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='devdax as System RAM (kmem)'
MEM=1024
APPEND='memmap=400M!0x17000000 memhp_default_state=online_movable'
# Huge pages of 32 MiB: a whole number of them, and from such an address on (case dax-misaligned).
case $KERNEL in *-16k) APPEND=${APPEND/400M!0x17/416M!0x16} ;; esac
STEPS='pmem-devdax-2m kmem oracle page-summary predicates-5g sysrq-c'
KERNELS='5.10 6.1 6.12 7.2 7.3 6.12-arm64 6.12-16k 6.12-64k 7.2-arm64'
WITHOUT='arm64: no pages of devices in Debian 5.10 and 6.1'
