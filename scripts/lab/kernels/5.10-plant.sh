# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# As 5.10, with the module that plants faults in its memmap.
KIND=deb
SUITE=bullseye
REGEX='linux-image-5\.10\.[0-9]+-[0-9]+-amd64'
MODULES='qemu_fw_cfg virtio_pci virtio_blk nd_e820 nd_pmem device_dax dax_pmem'
EXTRA='lab_plant'
