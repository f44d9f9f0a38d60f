# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# Sid's kernel for cloud machines, untouched: the newest that there is.
KIND=deb
SUITE=sid
REGEX='linux-image-7\.[0-9.]+\+deb[0-9]+(\.[0-9]+)?-cloud-amd64'
MODULES='qemu_fw_cfg virtio_pci virtio_blk nd_e820 nd_pmem device_dax dax_pmem'
EXTRA='lab_null'
TOOLS=sid
