# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# Sid's newest, untouched: pages of 4 KiB, 52 bits.
ARCH=arm64
KIND=deb
SUITE=sid
REGEX='linux-image-7\.[0-9.]+\+deb[0-9]+(\.[0-9]+)?-cloud-arm64'
MODULES='qemu_fw_cfg virtio_pci virtio_blk virtio_mem of_pmem nfit nd_pmem device_dax dax_pmem kmem'
EXTRA='lab_null lab_plant'
TOOLS=sid
