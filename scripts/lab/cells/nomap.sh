# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='RAM that the kernel may not map (NOMAP), at the end of a section, and more RAM behind it'
MEM=768
APPEND='memmap=24M$0x1e800000'
STEPS='oracle page-summary predicates-5g sysrq-c'
KERNELS='5.10-arm64 6.1-arm64 6.12-arm64 6.12-16k 6.12-64k 7.2-arm64'
