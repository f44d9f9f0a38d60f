# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='huge pages of 2 MiB, at boot and later, memmap of their tails shared (HVO)'
MEM=512
APPEND='hugetlb_free_vmemmap=on hugepages=16'
STEPS='hugetlb oracle page-summary predicates-5g sysrq-c'
KERNELS='6.1 6.12 7.2 7.3'
WITHOUT='5.10: no HVO, which came with v5.14; arm64: no HVO as Debian builds it'
SHOWS='any(.vmemmap[]; .writable == false)'
DEFECT='6.12.11 memmap-head-copies: vmemmap_restore_pte() leaves its copies as they are'
