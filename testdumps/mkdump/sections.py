# SPDX-License-Identifier: GPL-2.0-or-later
"""Sections, usages, and the memmap behind them, as mm/sparse.c makes them; the
memory blocks of drivers/base/memory.c."""

import layout
from layout import SECTION_FLAGS

# enum memory_block_state
MEM_ONLINE, MEM_OFFLINE = 1, 4


class Section:
    def __init__(self, nr):
        self.nr = nr
        self.flags = 0
        self.subsections = 0
        self.usage = 0          # virtual address
        self.small = False      # memmap behind 4 KiB leaves
        self.altmap = None      # the Device whose own pages back it
        self.populated = []     # (first pfn, last pfn + 1) that have a memmap


class Sections:
    def build_sections(self):
        for first, last in self.ram_pfns():
            for nr in range(first // layout.SECTION_PAGES, (last - 1) // layout.SECTION_PAGES + 1):
                sec = self.sections.setdefault(nr, Section(nr))
                sec.flags = sum(SECTION_FLAGS[f] for f in "PMOE")
                # Early sections have a memmap for all of their pages.
                sec.populated = [(nr * layout.SECTION_PAGES, (nr + 1) * layout.SECTION_PAGES)]
                self.set_subsections(sec, first, last)
        for start, end, online, _ in self.hotplugged:
            for nr in range(start // layout.SECTION, end // layout.SECTION + 1):
                sec = self.sections.setdefault(nr, Section(nr))
                sec.flags = sum(SECTION_FLAGS[f] for f in ("PMO" if online else "PM"))
                sec.populated = [(nr * layout.SECTION_PAGES, (nr + 1) * layout.SECTION_PAGES)]
                self.set_subsections(sec, start // layout.PAGE, (end + 1) // layout.PAGE)
        for dev in self.devices:
            self.add_device_sections(dev)

        usages = self.early(64 * len(self.sections))
        for i, nr in enumerate(sorted(self.sections)):
            self.sections[nr].usage = self.direct(usages + 64 * i)
        self.write_sections()
        for nr in sorted(self.sections):
            self.populate(self.sections[nr])

    def add_device_sections(self, dev):
        if dev.removed:
            return              # what is left of it is in the struct pages
        pages = layout.SECTION_PAGES
        for nr in range(dev.start // pages, (dev.end - 1) // pages + 1):
            first = max(dev.start, nr * pages)
            last = min(dev.end, (nr + 1) * pages)
            sec = self.sections.get(nr)
            if sec is None:
                sec = self.sections[nr] = Section(nr)
                sec.flags = SECTION_FLAGS["P"] | SECTION_FLAGS["M"]
                if dev.altmap:
                    sec.altmap = dev
            if not sec.flags & SECTION_FLAGS["E"]:
                # Less than a section is mapped by base pages (v5.3 on).
                sec.small |= last - first < layout.SECTION_PAGES
                sec.populated.append((first, last))
            self.set_subsections(sec, first, last)
        # 1f90a3477df3 "mm: teach pfn_to_online_page() about ZONE_DEVICE section
        # collisions" (v5.12): the sections of unaligned ends.
        if self.version >= (5, 12):
            for pfn in (dev.start, dev.end):
                sec = self.sections.get(pfn // layout.SECTION_PAGES)
                if pfn % layout.SECTION_PAGES and sec:
                    sec.flags |= SECTION_FLAGS["T"]

    def set_subsections(self, sec, first, last):
        first = max(first, sec.nr * layout.SECTION_PAGES) % layout.SECTION_PAGES
        last = (min(last, (sec.nr + 1) * layout.SECTION_PAGES) - 1) % layout.SECTION_PAGES
        for i in range(first // layout.SUBSECTION_PAGES, last // layout.SUBSECTION_PAGES + 1):
            sec.subsections |= 1 << i

    def write_sections(self):
        roots = self.fact("LENGTH(mem_section)")
        size = self.fact("SIZE(mem_section)")
        per_root = layout.PAGE // size
        table = self.early(8 * roots, layout.PAGE)
        self.symbols["mem_section"] = self.direct(table)
        self.objects["mem_section"] = (None, self.direct(table))
        for nr, sec in sorted(self.sections.items()):
            slot = table + 8 * (nr // per_root)
            if not self.mem.get(slot):
                self.mem.set(slot, self.direct(self.early(layout.PAGE, layout.PAGE)))
            va = self.mem.get(slot) + size * (nr % per_root)
            self.objects["section:%d" % nr] = ("mem_section", va)
            self.objects["usage:%d" % nr] = ("mem_section_usage", sec.usage)
            pa = va - self.page_offset
            self.mem.set(pa + self.off("mem_section.section_mem_map"), self.vmemmap | sec.flags)
            self.mem.set(pa + self.off("mem_section.usage"), sec.usage)
            pa = sec.usage - self.page_offset
            self.mem.set(pa + self.off("mem_section_usage.subsection_map"), sec.subsections,
                         self.fact("SIZE(mem_section_usage.subsection_map)"))
            # 4 bits for each pageblock, a huge page: all are movable
            blocks = layout.SECTION >> layout.TABLES.shift(1)
            self.mem.write(pa + self.off("mem_section_usage.pageblock_flags"),
                           b"\x11" * -(-blocks // 2))
        pa = self.variable("__highest_present_section_nr", 8)
        self.mem.set(pa, max(self.sections))

    def populate(self, sec):
        """The memmap of a section: map what backs it."""
        for first, last in sec.populated:
            # Of larger pages, the memmap of a section is no leaf.
            leaf = 1 << layout.TABLES.shift(1)
            whole = last - first == layout.SECTION_PAGES == leaf // layout.STRUCT_PAGE
            if whole and not sec.small and sec.nr not in self.small and not sec.altmap:
                pa = self.early(leaf, leaf)
                self.map(self.page_va(first), pa, 1)
                continue
            for pfn in range(first - first % layout.PER_BASE_PAGE, last, layout.PER_BASE_PAGE):
                if self.translate(self.page_va(pfn)) is not None:
                    continue    # a page of memmap that two subsections share
                if sec.altmap:
                    pa = sec.altmap.next * layout.PAGE
                    sec.altmap.next += 1
                else:
                    pa = self.early(layout.PAGE, layout.PAGE)
                self.map(self.page_va(pfn), pa, 0)

    def build_blocks(self):
        entries = []
        for nr in sorted(self.sections):
            flags = self.sections[nr].flags
            hot = [on for s, e, on, _ in self.hotplugged
                   if s // layout.SECTION <= nr <= e // layout.SECTION]
            if not flags & SECTION_FLAGS["E"] and not hot:
                continue
            pa = self.early(self.fact("SIZE(memory_block)"), 8)
            self.mem.set(pa + self.off("memory_block.start_section_nr"), nr)
            self.mem.set(pa + self.off("memory_block.state"),
                         MEM_ONLINE if flags & SECTION_FLAGS["O"] else MEM_OFFLINE)
            self.mem.set(pa + self.off("memory_block.nid"), 0, 4)
            self.objects["block:%d" % nr] = ("memory_block", self.direct(pa))
            entries.append((nr, nr + 1, self.direct(pa)))
        self.xarray("memory_blocks", entries)
        self.mem.set(self.variable("sections_per_block", 4), 1, 4)
