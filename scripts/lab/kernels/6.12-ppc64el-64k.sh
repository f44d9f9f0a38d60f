# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# Trixie's 6.12 with pages of 64 KiB, untouched.
ARCH=ppc64el
KIND=deb
SUITE=trixie
REGEX='linux-image-6\.12\.[0-9]+\+deb13(\.[0-9]+)?-powerpc64le-64k'
MODULES='virtio_pci virtio_blk of_pmem papr_scm nd_pmem device_dax dax_pmem kmem'
EXTRA='lab_null'
TOOLS=trixie
