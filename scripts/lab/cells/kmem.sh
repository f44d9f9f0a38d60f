# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='devdax as System RAM (kmem)'
MEM=1024
APPEND='memmap=400M!0x17000000 memhp_default_state=online_movable'
STEPS='pmem-devdax-2m kmem oracle page-summary predicates-5g sysrq-c'
