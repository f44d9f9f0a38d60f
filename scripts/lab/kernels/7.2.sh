# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# As 7.2-cloud, with the drivers of the matrix.
KIND=deb
SUITE=sid
REGEX='linux-image-7\.[0-9.]+\+deb[0-9]+(\.[0-9]+)?-cloud-amd64'
MODULES='qemu_fw_cfg virtio_pci virtio_blk virtio_mem nd_e820 nd_pmem device_dax dax_pmem kmem'
EXTRA='lab_null'
TOOLS=sid
