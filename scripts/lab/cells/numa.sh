# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='two NUMA nodes, holes between and inside'
MEM=768
APPEND='memmap=40M$0x105000000'
STEPS='oracle page-summary predicates-5g sysrq-c'
QEMU='-machine max-ram-below-4g=256M -object memory-backend-ram,id=m0,size=384M'
QEMU+=' -object memory-backend-ram,id=m1,size=384M -numa node,nodeid=0,cpus=0,memdev=m0'
QEMU+=' -numa node,nodeid=1,cpus=1,memdev=m1'
# RAM begins elsewhere and has no hole of its own: the one inside is the tree's.
case $ARCH in
arm64)
	APPEND='memmap=40M$0x1a000000'
	QEMU=${QEMU#* }
	QEMU=${QEMU#* }
	;;
esac
