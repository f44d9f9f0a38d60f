# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='the list of a driver is broken while a struct page is all ones: unrelated'
KERNEL=6.1-plant
KERNELS='5.10-plant 6.12-plant 7.2-plant 6.1-arm64 6.12-16k'
MEM=512
APPEND='lab.plant=decoylist'
STEPS='oracle plant'
PANIC='list_del corruption'
DUMPS='elf'
