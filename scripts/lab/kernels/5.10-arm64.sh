# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# Bullseye's 5.10, untouched: pages of 4 KiB, 48 bits, and a pfn_valid() of its own. (Later
# packages are named in the archive of security updates, and are not in it.)
ARCH=arm64
KIND=deb
SUITE=bullseye
REGEX='linux-image-5\.10\.0-32-arm64'
MODULES='qemu_fw_cfg virtio_pci virtio_blk virtio_mem of_pmem nfit nd_pmem device_dax dax_pmem kmem'
EXTRA='lab_null'
TOOLS=trixie
