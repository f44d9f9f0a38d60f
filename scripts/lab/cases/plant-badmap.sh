# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='a page freed while mapped'
KERNEL=6.1-plant
KERNELS='5.10-plant 6.12-plant 7.2-plant 6.1-arm64 6.12-16k 7.2-arm64'
MEM=512
APPEND='lab.plant=badmap panic_on_taint=0x20'
STEPS='oracle plant'
PANIC='BUG: Bad page state'
DUMPS='elf'
