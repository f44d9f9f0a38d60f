# SPDX-License-Identifier: GPL-2.0-or-later
"""Page table entries. Level 0 is a pte, 1 a pmd, 2 a pud."""


class Tables:
    ORDER = "little"
    PRESENT = 1

    def __init__(self, page_shift, levels, va_bits):
        self.page_shift, self.levels, self.va_bits = page_shift, levels, va_bits

    def shift(self, level):
        return self.page_shift + (self.page_shift - 3) * level

    def width(self, level):
        """log2 of the entries of a table."""
        del level
        return self.page_shift - 3

    def get(self, mem, at):
        return int.from_bytes(mem.read(at, 8), self.ORDER)

    def set(self, mem, at, value):
        mem.write(at, value.to_bytes(8, self.ORDER))

    def field(self, pa):
        """An address as it stands in an entry."""
        return pa

    def index(self, va, level):
        top = va & ((1 << self.va_bits) - 1)
        return (top >> self.shift(level)) & ((1 << self.width(level)) - 1)


class X86(Tables):
    ROOT = ("init_top_pgt", "swapper_pg_dir")
    TABLE = 0x63 | 1 << 2           # present, writable, accessed, dirty, user
    KERNEL = 0x163 | 1 << 63        # present, writable, global, no execute
    PS = 1 << 7
    LARGEST = 2                     # the level of the largest leaf
    ADDRESS = ((1 << 52) - 1) & ~0xfff

    def __init__(self, levels=4):
        super().__init__(12, levels, 12 + 9 * levels)

    def is_leaf(self, value, level):
        return level == 0 or bool(value & self.PS)

    def leaf(self, pa, level):
        return pa | self.KERNEL | (self.PS if level else 0)

    def table(self, pa, level):
        return pa | self.TABLE

    def smaller(self, value, level):
        """The attributes of a leaf of this level, for one of the level below."""
        return value & ~self.PS if level == 1 else value

    def address(self, value):
        return value & self.ADDRESS


class Ppc64le(Tables):
    """Radix: big-endian entries, and tables of three sizes."""
    ORDER = "big"
    PRESENT = 1 << 63
    LEAF = 1 << 62
    ROOT = ("swapper_pg_dir",)
    KERNEL = 0x18e                  # accessed, dirty, privileged, read, write
    LARGEST = 2
    ADDRESS = 0x01fffffffffff000

    def __init__(self, page_shift):
        super().__init__(page_shift, 4, 52)

    def shift(self, level):
        return self.page_shift if level == 0 else 21 + 9 * (level - 1)

    def width(self, level):
        return (21 - self.page_shift, 9, 9, 13)[level]

    def is_leaf(self, value, level):
        return bool(value & self.LEAF)

    def leaf(self, pa, level):
        return pa | self.KERNEL | self.LEAF | self.PRESENT

    def table(self, pa, level):
        return pa | self.PRESENT | self.width(level - 1)

    def smaller(self, value, level):
        return value

    def address(self, value):
        return value & (self.ADDRESS if value & self.LEAF else 0x0fffffffffffff00)


class Riscv64(Tables):
    ROOT = ("swapper_pg_dir",)
    TABLE = 1
    KERNEL = 0xe7                   # dirty, accessed, global, writable, readable, valid
    LEAF = 0xe
    LARGEST = 2
    PPN = ((1 << 44) - 1) << 10

    def __init__(self, va_bits):
        super().__init__(12, (va_bits - 12) // 9, va_bits)

    def is_leaf(self, value, level):
        return bool(value & self.LEAF)

    def field(self, pa):
        return pa >> 2

    def leaf(self, pa, level):
        return pa >> 2 | self.KERNEL

    def table(self, pa, level):
        return pa >> 2 | self.TABLE

    def smaller(self, value, level):
        return value

    def address(self, value):
        return (value & self.PPN) << 2


class Arm64(Tables):
    ROOT = ("swapper_pg_dir",)
    TABLE = 3
    PAGE = 0x713 | 1 << 54 | 1 << 53 | 1 << 51      # AF, SH, UXN, PXN, DBM; not RDONLY
    ADDRESS = 0x0000fffffffff000

    def __init__(self, page_shift, va_bits):
        stride = page_shift - 3
        super().__init__(page_shift, -(-(va_bits - page_shift) // stride), va_bits)
        self.LARGEST = 2 if page_shift == 12 else 1
        # LPA2: address bits 51 and 50 are where SH is otherwise.
        self.lpa2 = va_bits == 52 and page_shift != 16

    def is_leaf(self, value, level):
        return level == 0 or value & 3 == 1

    def leaf(self, pa, level):
        value = pa | self.PAGE & (~0x300 if self.lpa2 else ~0)
        return value if level == 0 else value & ~2

    def table(self, pa, level):
        return pa | self.TABLE

    def smaller(self, value, level):
        return value | 2 if level == 1 else value

    def address(self, value):
        return value & self.ADDRESS & -(1 << self.page_shift)
