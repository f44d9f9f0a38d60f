# SPDX-License-Identifier: GPL-2.0-or-later
"""Addresses, page tables and the two allocators: variables of the kernel
image, and memblock."""

from layout import IMAGE_VA, PAGE, STRUCT_PAGE

# Page table entries
P_TABLE = 0x63 | 1 << 2         # present, writable, accessed, dirty, user
P_KERNEL = 0x163 | 1 << 63      # present, writable, global, no execute
P_LEAF = 1 << 7


class AddressSpace:
    def fact(self, name):
        return self.facts[name]

    def off(self, member):
        return self.facts["OFFSET(%s)" % member]

    def direct(self, pa):
        return self.page_offset + pa

    def page_va(self, pfn):
        return self.vmemmap + pfn * STRUCT_PAGE

    def early(self, size, align=64):
        """Memory from memblock: the physical address."""
        self.early_next = -(-self.early_next // align) * align
        pa = self.early_next
        self.early_next += size
        self.owned.append((pa, pa + size))
        return pa

    def variable(self, name, size, align=64):
        """A variable of the kernel image: the physical address."""
        self.variable_next = -(-self.variable_next // align) * align
        pa = self.variable_next
        self.variable_next += size
        self.owned.append((pa, pa + size))
        self.symbols[name] = IMAGE_VA + pa
        return pa

    def string(self, text):
        pa = self.early(len(text) + 1, 8)
        self.mem.write(pa, text.encode() + b"\0")
        return self.direct(pa)

    # Page tables: 9 bits of the address at each of four levels, or five

    def table(self):
        return self.early(PAGE, PAGE)

    def entry(self, va, leaf_level, make=True):
        """Physical address of the entry for va at a level: 0 pte, 1 pmd, 2 pud."""
        table = self.pgd
        for level in range(self.levels - 1, 0, -1):
            at = table + 8 * ((va >> (12 + 9 * level)) & 511)
            if level == leaf_level:
                return at
            value = self.mem.get(at)
            if not value & 1:
                if not make:
                    return None
                value = self.table() | P_TABLE
                self.mem.set(at, value)
            elif value & P_LEAF:
                value = self.split(at, value, level)
            table = value & 0x000ffffffffff000
        return table + 8 * ((va >> 12) & 511)

    def split(self, at, value, level):
        """A huge leaf becomes a table of 512 smaller ones that map the same."""
        table = self.table()
        size = 1 << (12 + 9 * (level - 1))
        leaf = value & ~P_LEAF if level == 1 else value
        for i in range(512):
            self.mem.set(table + 8 * i, leaf + i * size)
        self.mem.set(at, table | P_TABLE)
        return table | P_TABLE

    def map(self, va, pa, level):
        self.mem.set(self.entry(va, level), pa | P_KERNEL | (P_LEAF if level else 0))

    def translate(self, va):
        """Physical address behind a kernel address, for poke; None: not mapped."""
        table = self.pgd
        for level in range(self.levels - 1, -1, -1):
            size = 1 << (12 + 9 * level)
            value = self.mem.get(table + 8 * ((va // size) & 511))
            if not value & 1:
                return None
            table = value & 0x000ffffffffff000
            if level == 0 or value & P_LEAF:
                return table + (va & (size - 1))
        return None
