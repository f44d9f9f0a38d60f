# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# Trixie's 6.12, untouched: pages of 16 KiB.
ARCH=arm64
KIND=deb
SUITE=trixie
REGEX='linux-image-6\.12\.[0-9]+\+deb13(\.[0-9]+)?-arm64-16k'
MODULES='qemu_fw_cfg virtio_pci virtio_blk virtio_mem of_pmem nfit nd_pmem device_dax dax_pmem kmem'
EXTRA='lab_null lab_plant'
TOOLS=trixie
