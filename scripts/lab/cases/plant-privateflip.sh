# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='one bit of the list of buffers of a page of a block device'
KERNEL=6.1-plant
KERNELS='5.10-plant 6.12-plant'
MEM=512
APPEND='lab.plant=privateflip'
QEMU='-drive driver=null-co,size=64M,read-zeroes=on,if=virtio'
STEPS='oracle disk-write plant drop-caches'
PANIC='BUG: |general protection'
DUMPS='elf'
