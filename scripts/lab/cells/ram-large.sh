# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
TITLE='plain RAM in several sections, where these are large'
MEM=2560
APPEND=''
STEPS='oracle page-summary predicates-5g sysrq-c'
KERNELS='5.10-arm64 6.12-64k'
WITHOUT='arm64: sections of 128 MiB but in 5.10-arm64 (1 GiB) and 6.12-64k (512 MiB)'
