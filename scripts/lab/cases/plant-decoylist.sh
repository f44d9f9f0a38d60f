# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='Debian 6.1, the list of a driver is broken while a struct page is all ones: unrelated'
KERNEL=6.1-plant
MEM=512
APPEND='lab.plant=decoylist'
STEPS='oracle plant'
PANIC='list_del corruption'
DUMPS='elf'
