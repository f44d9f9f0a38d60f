# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# As 6.1-cloud, with the kernel's own module that makes it crash, which Debian does not build.
KIND=deb
SUITE=bookworm
REGEX='linux-image-6\.1\.[0-9]+-[0-9]+-cloud-amd64'
MODULES='qemu_fw_cfg virtio_pci virtio_blk'
EXTRA='lab_cr4'
PACKAGE=linux-source-6.1
DRIVER=drivers/misc/lkdtm
OPTION=CONFIG_LKDTM
