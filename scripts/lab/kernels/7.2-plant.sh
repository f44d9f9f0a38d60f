# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# As 7.2-cloud, with the module that plants faults in its memmap.
KIND=deb
SUITE=sid
REGEX='linux-image-7\.[0-9.]+\+deb[0-9]+(\.[0-9]+)?-cloud-amd64'
MODULES='qemu_fw_cfg virtio_pci virtio_blk'
EXTRA='lab_plant'
TOOLS=sid
