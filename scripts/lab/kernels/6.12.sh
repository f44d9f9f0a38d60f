# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# As 6.12-cloud, with the drivers of the matrix.
KIND=deb
SUITE=trixie
REGEX='linux-image-6\.12\.[0-9]+\+deb13(\.[0-9]+)?-cloud-amd64'
MODULES='qemu_fw_cfg virtio_pci virtio_blk virtio_mem nd_e820 nd_pmem device_dax dax_pmem kmem'
EXTRA='lab_null'
TOOLS=trixie
