# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='DIMMs: hot-added, online as kernel and movable, offline again, removed'
MEM=512
APPEND='memhp_default_state=offline'
STEPS='dimms oracle page-summary predicates-5g sysrq-c'
QEMU='-m slots=8,maxmem=8G -object memory-backend-ram,id=d0,size=256M'
QEMU+=' -device pc-dimm,memdev=d0 -object memory-backend-ram,id=d1,size=256M'
QEMU+=' -device pc-dimm,memdev=d1 -object memory-backend-ram,id=d2,size=256M'
QEMU+=' -device pc-dimm,memdev=d2 -object memory-backend-ram,id=d3,size=128M'
QEMU+=' -device pc-dimm,memdev=d3'
KERNELS='5.10 6.1 6.12 7.2 7.3 6.1-arm64 6.12-arm64 7.2-arm64'
WITHOUT='arm64: no ACPI_HOTPLUG_MEMORY in Debian 5.10 and 6.12-16k'
