# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# As 6.1-cloud, with the module that plants faults in its memmap.
KIND=deb
SUITE=bookworm
REGEX='linux-image-6\.1\.[0-9]+-[0-9]+-cloud-amd64'
MODULES='qemu_fw_cfg virtio_pci virtio_blk nd_e820 nd_pmem device_dax dax_pmem'
EXTRA='lab_plant'
