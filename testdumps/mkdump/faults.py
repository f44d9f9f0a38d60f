# SPDX-License-Identifier: GPL-2.0-or-later
"""What a description does to a machine that stands."""

import layout


SAMPLE = 64     # of the pages that nobody has, one in so many


class Faults:
    def secret(self, text):
        """Write text, again and again, wherever no object lies and nothing was
        written: all round the objects in their pages, over the contents of the
        sample pages (page cache, user memory, slab), and over free memory."""
        owned = {}
        for start, end in self.owned:
            for pfn in range(start // layout.PAGE, (end - 1) // layout.PAGE + 1):
                at = pfn * layout.PAGE
                owned.setdefault(pfn, []).append((start - at, end - at))
        samples = (self.objects["samples"][1] - self.vmemmap) // layout.STRUCT_PAGE
        pattern = text.encode() * (layout.PAGE // len(text) + 1)
        for first, last in self.mem.ranges:
            for pfn in range(first, last):
                if pfn not in owned and pfn % SAMPLE and not 0 <= pfn - samples < 8:
                    continue
                page = bytearray(self.mem.read(pfn * layout.PAGE, layout.PAGE))
                taken = bytearray(layout.PAGE)
                for start, end in owned.get(pfn, []):
                    start, end = max(start, 0), min(end, layout.PAGE)
                    taken[start:end] = b"\1" * (end - start)
                if all(taken):
                    continue
                for i in range(layout.PAGE):
                    if not taken[i] and not page[i]:
                        page[i] = pattern[i]
                self.mem.write(pfn * layout.PAGE, page)

    def fill(self, first, last, data):
        self.put(first, (data * (layout.STRUCT_PAGE // len(data))) * (last + 1 - first))

    def relink(self, first, last, node, zone):
        """Node and zone links of the struct pages, nothing else."""
        nodes = self.fact("LENGTH(node_data)").bit_length() - 1
        zones = 3 if len(self.zone_names) > 4 else 2
        width = nodes + zones
        for pfn in range(first, last + 1):
            pa = self.translate(self.page_va(pfn))
            low = self.mem.get(pa) & ((1 << (64 - width)) - 1)
            self.mem.set(pa, node << (64 - nodes) | zone << (64 - width) | low)

    def base_pages(self, first, last):
        """Virtual addresses of the pages that hold these struct pages, whole."""
        if first % layout.PER_BASE_PAGE or (last + 1) % layout.PER_BASE_PAGE:
            raise ValueError("a page of memmap holds %d struct pages: give multiples of that" %
                             layout.PER_BASE_PAGE)
        return range(self.page_va(first), self.page_va(last + 1), layout.PAGE)

    def unmap(self, first, last, level):
        if level == "pmd":
            size = 1 << layout.TABLES.shift(1)
            for va in range(self.page_va(first), self.page_va(last + 1), size):
                self.mem.set(self.entry(va, 1), 0)
            return
        for va in self.base_pages(first, last):
            self.mem.set(self.entry(va, 0), 0)

    def back(self, first, last, frame):
        """Move struct pages into the pages from `frame` on, with what they hold."""
        for i, va in enumerate(self.base_pages(first, last)):
            pa = (frame + i) * layout.PAGE
            self.mem.write(pa, self.mem.read(self.translate(va), layout.PAGE))
            self.point(va, pa)

    def share(self, first, last, pfn):
        """Map struct pages to the one page of memmap that this page's struct page is in."""
        pa = self.translate(self.page_va(pfn) & ~(layout.PAGE - 1))
        for va in self.base_pages(first, last):
            self.point(va, pa)

    def point(self, va, pa):
        at = self.entry(va, 0)
        t = layout.TABLES
        t.set(self.mem, at, t.get(self.mem, at) & ~t.ADDRESS | pa)

    def flip_entry(self, pfn, bit, level):
        """One bit of the page table entry of a struct page, and nothing else."""
        at = self.entry(self.page_va(pfn), level)
        t = layout.TABLES
        t.set(self.mem, at, t.get(self.mem, at) ^ 1 << bit)

    def exclude_memmap(self, first, last):
        for va in self.base_pages(first, last):
            pa = self.translate(va)
            if pa is not None:
                self.mem.excluded.add(pa // layout.PAGE)

    def exclude_table(self, pfn):
        """The page table with the entry for this page's struct page."""
        self.mem.excluded.add(self.entry(self.page_va(pfn), 0) // layout.PAGE)

    def filter_free(self):
        """What makedumpfile -d 31 leaves out here: RAM that is free."""
        for first, last in self.ram_pfns():
            for pfn in range(first, last):
                if pfn not in self.mem.pages and pfn * layout.PAGE >= self.early_end:
                    self.mem.excluded.add(pfn)

    def locate(self, name):
        """"section:1.usage" -> physical address of the member."""
        # A resource's own name may have a dot in it: dax0.0.
        obj, _, member = (name.rpartition(".") if name.startswith("resource:")
                          else name.partition("."))
        if obj.startswith("page:"):
            kind, va = "page", self.page_va(int(obj[5:], 0))
        elif obj.startswith("symbol:"):
            kind, va = None, self.symbols[obj[7:]]
        elif obj in self.objects:
            kind, va = self.objects[obj]
        else:
            raise ValueError("no object '%s'; there are: %s" % (obj, " ".join(sorted(self.objects))))
        at, _, plus = member.partition("+")
        if at == "_refcount" and "OFFSET(page._refcount)" not in self.facts:
            at = "_count"
        if at:
            va += self.off("%s.%s" % (kind, at))
        va += int(plus, 0) if plus else 0
        pa = self.translate(va)
        if pa is None:
            raise ValueError("'%s' is at 0x%x, which is not mapped" % (name, va))
        return pa
