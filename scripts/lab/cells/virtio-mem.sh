# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='virtio-mem, 200 of 512 MiB plugged: a block and parts of one'
MEM=512
APPEND='memhp_default_state=online'
STEPS='virtio-mem oracle page-summary predicates-5g sysrq-c'
QEMU='-m maxmem=8G -object memory-backend-ram,id=v0,size=512M'
QEMU+=' -device virtio-mem-pci,memdev=v0,requested-size=200M'
KERNELS='5.10 6.1 6.12 7.2 7.3 6.1-arm64 6.12-arm64 6.12-16k 7.2-arm64'
WITHOUT='arm64: no virtio-mem in Debian 5.10, and none in parts of a block with pages of 64 KiB'
