# SPDX-License-Identifier: GPL-2.0-or-later
"""Where things lie in the machine, and the numbers that never differ."""


PAGE = 4096

IMAGE_VA = 0xffffffff80000000   # of physical address 0, phys_base being 0
IMAGE = 16 << 20
IMAGE_SIZE = 8 << 20
VARIABLES = IMAGE + (4 << 20)
EARLY = 32 << 20                # from here on: memblock
SECTION = 128 << 20
SECTION_PAGES = SECTION // PAGE
SUBSECTION_PAGES = 512
STRUCT_PAGE = 64
PER_BASE_PAGE = PAGE // STRUCT_PAGE

# struct mem_section.section_mem_map, the low bits (include/linux/mmzone.h)
SECTION_FLAGS = {"P": 1, "M": 2, "O": 4, "E": 8, "T": 16}
