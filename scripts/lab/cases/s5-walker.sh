# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# The pmem region begins with a section of its own, which is not online: where its
# first section is, set_zone_contiguous() is the one that meets the pages (s5).
TITLE='S5: a reader of /proc/kpageflags meets device pages that another task is about to initialise'
KERNEL=5.10-s5
MEM=768
APPEND='memmap=192M!0x8000000'
STEPS='oracle pmem-disable pmem-enable-behind read-kpageflags'
PANIC='RIP: 0010:stable_page_flags'
DUMPS='elf d31'
CRASHKERNEL=128M
