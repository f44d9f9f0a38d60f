# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='a driver dies of its own NULL with an all-ones struct page in a register'
KERNEL=6.1-plant
KERNELS='5.10-plant 6.12-plant 7.2-plant 6.1-arm64 6.12-16k 7.2-arm64'
MEM=512
APPEND='lab.plant=decoyff'
STEPS='oracle plant'
PANIC='RIP: 0010:lab_plant_ready'
DUMPS='elf'
