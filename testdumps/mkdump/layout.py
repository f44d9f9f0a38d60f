# SPDX-License-Identifier: GPL-2.0-or-later
"""Where things lie in the machine, and the numbers that are the same in all of it.

They are those of x86_64 until choose() says otherwise, which `arch` and `granule` of a
description do before anything is built: use them as layout.PAGE, and copy none.
"""

import tables

IMAGE = 16 << 20                # physical
IMAGE_SIZE = 8 << 20
VARIABLES = IMAGE + (4 << 20)
EARLY = 32 << 20                # from here on: memblock
SUBSECTION = 2 << 20
STRUCT_PAGE = 64

# struct mem_section.section_mem_map, the low bits (include/linux/mmzone.h)
SECTION_FLAGS = {"P": 1, "M": 2, "O": 4, "E": 8, "T": 16}

# Set by choose(): ARCH, TABLES, PAGE and all that follows from them.
GRANULES = {"4K": 12, "16K": 14, "64K": 16}
VA_BITS = {"4K": 48, "16K": 47, "64K": 48}      # where the description does not say

# PAGE_OFFSET and VMEMMAP_START of Sv39, Sv48 and Sv57 (Documentation/arch/riscv/vm-layout.rst)
RISCV64 = {
    39: (0xffffffd600000000, 0xffffffc700000000),
    48: (0xffffaf8000000000, 0xffff8d8000000000),
    57: (0xff60000000000000, 0xff1c000000000000),
}


def choose(arch, granule="4K", va_bits=0):
    g = globals()
    shift = GRANULES[granule]
    g["ARCH"] = arch
    g["PAGE"] = 1 << shift
    g["SECTION"] = (16 << 20 if arch == "ppc64le" else
                    512 << 20 if granule == "64K" else 128 << 20)
    g["SECTION_PAGES"] = g["SECTION"] >> shift
    g["SUBSECTION_PAGES"] = SUBSECTION >> shift
    g["PER_BASE_PAGE"] = g["PAGE"] // STRUCT_PAGE
    g["MAX_ORDER"] = max(10, shift - 3)         # the largest free block: 2^MAX_ORDER pages
    if arch == "x86_64":
        g["TABLES"] = tables.X86()
        g["IMAGE_VA"] = 0xffffffff80000000      # of physical address 0, phys_base being 0
        g["PAGE_OFFSET"] = 0xffff888000000000
        g["VMEMMAP"] = 0xffffea0000000000
        return
    if arch == "ppc64le":
        g["TABLES"] = tables.Ppc64le(shift)
        g["IMAGE_VA"] = g["PAGE_OFFSET"] = 0xc000000000000000
        g["VMEMMAP"] = 0xc00c000000000000
        g["MAX_ORDER"] = 24 - shift             # 16 MiB, a section
        return
    if arch == "riscv64":
        bits = va_bits or 48
        g["TABLES"] = tables.Riscv64(bits)
        g["IMAGE_VA"] = 0xffffffff80000000
        g["PAGE_OFFSET"], g["VMEMMAP"] = RISCV64[bits]
        return
    bits = va_bits or VA_BITS[granule]
    g["TABLES"] = tables.Arm64(shift, bits)
    # The kernel's own half of what a CPU without LVA or LPA2 translates.
    least = min(bits, 47 if granule == "16K" else 48)
    g["IMAGE_VA"] = 2**64 - (1 << (least - 1))
    g["PAGE_OFFSET"] = 2**64 - (1 << bits)
    g["VMEMMAP"] = 2**64 - (1 << (bits - (shift - 6)))  # v5.11 to v6.8


choose("x86_64")
