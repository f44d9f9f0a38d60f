# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='DIMMs as in dimm, their memmap in themselves (before v6.8: those of one block)'
MEM=512
APPEND='memhp_default_state=offline memory_hotplug.memmap_on_memory=1'
STEPS='dimms oracle page-summary predicates-5g sysrq-c'
QEMU='-m slots=8,maxmem=8G -object memory-backend-ram,id=d0,size=256M'
QEMU+=' -device pc-dimm,memdev=d0 -object memory-backend-ram,id=d1,size=256M'
QEMU+=' -device pc-dimm,memdev=d1 -object memory-backend-ram,id=d2,size=256M'
QEMU+=' -device pc-dimm,memdev=d2 -object memory-backend-ram,id=d3,size=128M'
QEMU+=' -device pc-dimm,memdev=d3'
KERNELS='6.1 6.12 7.2 7.3 6.1-arm64 6.12-arm64 7.2-arm64'
WITHOUT='5.10: no memmap_on_memory (v5.13); arm64: 7.2 takes no DIMM offline that is its own memmap'
SHOWS='any(.vmemmap[].physical; . == ("0x130000000", "0xb0000000", "0x80000000"))'
