# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='huge pages of 2 MiB, at boot and later, memmap of their tails shared (HVO)'
MEM=512
APPEND='hugetlb_free_vmemmap=on hugepages=16'
STEPS='hugetlb oracle page-summary predicates-5g sysrq-c'
KERNELS='6.1 6.12 7.2 7.3'
SHOWS='any(.vmemmap[]; .writable == false)'
