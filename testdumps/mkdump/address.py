# SPDX-License-Identifier: GPL-2.0-or-later
"""Addresses, page tables and the two allocators: variables of the kernel
image, and memblock."""

import layout


class AddressSpace:
    def fact(self, name):
        return self.facts[name]

    def off(self, member):
        return self.facts["OFFSET(%s)" % member]

    def direct(self, pa):
        return self.page_offset + pa

    def page_va(self, pfn):
        return self.vmemmap + pfn * layout.STRUCT_PAGE

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
        self.symbols[name] = layout.IMAGE_VA + pa
        return pa

    def string(self, text):
        pa = self.early(len(text) + 1, 8)
        self.mem.write(pa, text.encode() + b"\0")
        return self.direct(pa)

    # Page tables, as layout.TABLES has them

    def table(self):
        return self.early(layout.PAGE, layout.PAGE)

    def entry(self, va, leaf_level, make=True):
        """Physical address of the entry for va at a level: 0 pte, 1 pmd, 2 pud."""
        t, table = layout.TABLES, self.pgd
        for level in range(self.levels - 1, -1, -1):
            at = table + 8 * t.index(va, level)
            if level == leaf_level:
                return at
            value = t.get(self.mem, at)
            if not value & t.PRESENT:
                if not make:
                    return None
                value = t.table(self.table(), level)
                t.set(self.mem, at, value)
            elif t.is_leaf(value, level):
                value = self.split(at, value, level)
            table = t.address(value)
        return None

    def split(self, at, value, level):
        """A huge leaf becomes a table of smaller ones that map the same."""
        t, table = layout.TABLES, self.table()
        for i in range(1 << t.width(level - 1)):
            t.set(self.mem, table + 8 * i,
                  t.smaller(value, level) + t.field(i << t.shift(level - 1)))
        value = t.table(table, level)
        t.set(self.mem, at, value)
        return value

    def map(self, va, pa, level):
        layout.TABLES.set(self.mem, self.entry(va, level), layout.TABLES.leaf(pa, level))

    def translate(self, va):
        """Physical address behind a kernel address, for poke; None: not mapped."""
        t, table = layout.TABLES, self.pgd
        for level in range(self.levels - 1, -1, -1):
            value = t.get(self.mem, table + 8 * t.index(va, level))
            if not value & t.PRESENT:
                return None
            table = t.address(value)
            if t.is_leaf(value, level):
                size = 1 << t.shift(level)
                return table & -size | va & (size - 1)
        return None
