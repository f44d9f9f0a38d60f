# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='a page is freed while mapped, and then a driver dies of its own NULL: unrelated'
KERNEL=6.1-plant
KERNELS='5.10-plant 6.12-plant 7.2-plant 6.1-arm64 6.12-16k'
MEM=512
APPEND='lab.plant=decoybad'
STEPS='oracle plant'
PANIC='RIP: 0010:lab_plant_ready'
DUMPS='elf'
