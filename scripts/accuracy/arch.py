# SPDX-License-Identifier: GPL-2.0-or-later
"""What differs between machines: page tables, addresses, what is written where nothing is used.

Levels are counted from 1, where the smallest leaves are.
"""


class Arch:
    order = 'little'        # of entries
    present = 1

    def shift(self, level):
        """log2 of the bytes that an entry leads to."""
        return self.page_shift + (self.page_shift - 3) * (level - 1)

    def width(self, level):
        """log2 of the entries of a table."""
        return self.page_shift - 3

    def below(self, entry):
        """The table that an entry leads to."""
        return entry & self.FRAME


class X86(Arch):
    """Four or five levels of 4 KiB."""
    page_shift = 12
    section_bits = 27
    FRAME = 0x000ffffffffff000
    # Bits of an entry that the processor sets, and that nobody reads here: accessed, dirty
    unread = 0x20, 0x40
    # What is written over the part of a memmap that is gone while its leaf stays
    unused = b'\xfd', 'memmap-depopulated'
    # A memmap that other kernels have, for a section that points there
    elsewhere = 0xffffea0000000000
    TEXT = 0xffffffff80000000

    def __init__(self, info):
        self.levels = 5 if info.number('pgtable_l5_enabled') else 4
        self.va_bits = self.page_shift + 9 * self.levels
        self.voffset = self.TEXT - info.number('phys_base')

    def kernel_address(self, va):
        return va >> self.va_bits - 1 == (1 << 65 - self.va_bits) - 1

    def in_text(self, va):
        return self.TEXT <= va < self.TEXT + (1 << 30)

    def is_leaf(self, entry, level):
        return level == 1 or level < 4 and bool(entry & 0x80)

    def small(self, entry):
        """What a larger leaf says of its memory, for one of level 1."""
        return entry & ~0x80 & 0x8000000000000fff

    def table(self, pa, level):
        return pa | 0x63


class Arm64(Arch):
    """Pages of 4, 16 or 64 KiB; the upper half alone is of the kernel's tables."""
    # The kernel's own notes, which no processor reads: dirty, special
    unread = 1 << 55, 1 << 56
    unused = None
    elsewhere = 0xffffffff00000000

    def __init__(self, info):
        self.page_shift = int(info.plain['PAGESIZE']).bit_length() - 1
        # What is in use may be less than what the kernel was built for.
        t1sz = info.number('TCR_EL1_T1SZ')
        self.va_bits = 64 - t1sz if t1sz else info.number('VA_BITS')
        self.levels = -(-(self.va_bits - self.page_shift) // (self.page_shift - 3))
        self.voffset = info.number('kimage_voffset')
        # The bits of addresses beyond 2^48 are elsewhere; no machine here has such memory.
        self.FRAME = (1 << 48) - (1 << self.page_shift)

    def kernel_address(self, va):
        return va >> self.va_bits == (1 << 64 - self.va_bits) - 1

    def in_text(self, va):
        return False

    def is_leaf(self, entry, level):
        return entry & 3 == (3 if level == 1 else 1)

    def small(self, entry):
        return entry & ~self.FRAME | 2

    def table(self, pa, level):
        return pa | 3


class Ppc64le(Arch):
    """Radix: big-endian entries, and tables of three sizes."""
    order = 'big'
    present = 1 << 63
    section_bits = 24
    FRAME = 0x01fffffffffff000
    LEAF = 1 << 62
    levels, va_bits = 4, 52
    # Dirty, accessed, special
    unread = 0x80, 0x100, 0x400
    unused = None
    elsewhere = 0xf000000000000000
    voffset = 0xc000000000000000

    def __init__(self, info):
        self.page_shift = int(info.plain['PAGESIZE']).bit_length() - 1

    def shift(self, level):
        return self.page_shift if level == 1 else 21 + 9 * (level - 2)

    def width(self, level):
        return (21 - self.page_shift, 9, 9, 13)[level - 1]

    def below(self, entry):
        return entry & 0x0fffffffffffff00

    def kernel_address(self, va):
        return va >> 52 == 0xc00

    def in_text(self, va):
        return False

    def is_leaf(self, entry, level):
        return bool(entry & self.LEAF)

    def small(self, entry):
        return entry & ~self.FRAME

    def table(self, pa, level):
        return pa | self.present | self.width(level - 1)


def of(info):
    if info.symbol('swapper_pg_dir') >> 52 == 0xc00:
        return Ppc64le(info)
    return Arm64(info) if info.number('kimage_voffset') else X86(info)
