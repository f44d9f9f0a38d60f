# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# Bullseye's 5.10, untouched, with the drivers of the matrix. (Its flavour for cloud machines
# has had packages of debug information that the archive names and does not have.)
KIND=deb
SUITE=bullseye
REGEX='linux-image-5\.10\.[0-9]+-[0-9]+-amd64'
MODULES='qemu_fw_cfg virtio_pci virtio_blk virtio_mem nd_e820 nd_pmem device_dax dax_pmem kmem'
EXTRA='lab_null'
