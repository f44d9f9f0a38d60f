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
        self.boot = False
        self.subsections = 0
        self.usage = 0          # virtual address; of its pageblock bits up to v5.2
        self.small = False      # memmap behind 4 KiB leaves
        self.altmap = None      # the Device whose own pages back it
        self.populated = []     # (first pfn, last pfn + 1) that have a memmap


class Sections:
    def section_flags(self, letters):
        """Those of them that this kernel has: ONLINE from v4.13 on, EARLY with the usage."""
        if self.version < (4, 13):
            letters = letters.replace("O", "")
        if "OFFSET(mem_section.usage)" not in self.facts:
            letters = letters.replace("E", "")
        return sum(SECTION_FLAGS[f] for f in letters)

    def build_sections(self):
        for first, last in self.ram_pfns():
            for nr in range(first // layout.SECTION_PAGES, (last - 1) // layout.SECTION_PAGES + 1):
                sec = self.sections.setdefault(nr, Section(nr))
                sec.flags = self.section_flags("PMOE")
                sec.boot = True
                # Early sections have a memmap for all of their pages.
                sec.populated = [(nr * layout.SECTION_PAGES, (nr + 1) * layout.SECTION_PAGES)]
                self.set_subsections(sec, first, last)
        for start, end, online, _ in self.hotplugged:
            for nr in range(start // layout.SECTION, end // layout.SECTION + 1):
                sec = self.sections.setdefault(nr, Section(nr))
                sec.flags = self.section_flags("PMO" if online else "PM")
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
                sec.flags = self.section_flags("PM")
                if dev.altmap:
                    sec.altmap = dev
            if not sec.boot:
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
            if "OFFSET(mem_section.usage)" in self.facts:
                self.objects["usage:%d" % nr] = ("mem_section_usage", sec.usage)
            pa = va - self.page_offset
            self.mem.set(pa + self.off("mem_section.section_mem_map"), self.vmemmap | sec.flags)
            if "OFFSET(mem_section.usage)" in self.facts:
                self.mem.set(pa + self.off("mem_section.usage"), sec.usage)
                pa = sec.usage - self.page_offset
                self.mem.set(pa + self.off("mem_section_usage.subsection_map"), sec.subsections,
                             self.fact("SIZE(mem_section_usage.subsection_map)"))
                pa += self.off("mem_section_usage.pageblock_flags")
            else:
                self.mem.set(pa + self.off("mem_section.pageblock_flags"), sec.usage)
                pa = sec.usage - self.page_offset
            self.objects["pageblocks:%d" % nr] = (None, self.direct(pa))
            # 4 bits for each pageblock, a huge page: all are movable
            blocks = layout.SECTION >> layout.TABLES.shift(1)
            self.mem.write(pa, bytes([self.movable()]) * -(-blocks // 2))
        if self.version >= (4, 13):
            pa = self.variable("__highest_present_section_nr", 8)
            self.mem.set(pa, max(self.sections))

    def movable(self):
        """Two pageblocks: the skip bit is above the migratetype, from v3.16 to v5.8 below."""
        bits = self.facts.get("NUMBER(MIGRATE_MOVABLE)", 1)
        if (3, 16) <= self.version < (5, 9):
            bits <<= 1
        return bits | bits << 4

    def populate(self, sec):
        """The memmap of a section: map what backs it."""
        for first, last in sec.populated:
            # Of larger pages, the memmap of a section is no leaf, but on ppc64le of several
            # sections, whether these are there or not.
            leaf = 1 << layout.TABLES.shift(1)
            whole = last - first == layout.SECTION_PAGES == leaf // layout.STRUCT_PAGE
            if layout.ARCH == "ppc64le":
                whole = not self.page_va(first) % leaf
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
            hot = [on for s, e, on, _ in self.hotplugged
                   if s // layout.SECTION <= nr <= e // layout.SECTION]
            if not self.sections[nr].boot and not hot:
                continue
            pa = self.early(self.fact("SIZE(memory_block)"), 8)
            self.mem.set(pa + self.off("memory_block.start_section_nr"), nr)
            self.mem.set(pa + self.off("memory_block.state"),
                         MEM_ONLINE if self.sections[nr].boot or any(hot) else MEM_OFFLINE)
            if "OFFSET(memory_block.nid)" in self.facts:
                self.mem.set(pa + self.off("memory_block.nid"), 0, 4)
            self.objects["block:%d" % nr] = ("memory_block", self.direct(pa))
            entries.append((nr, nr + 1, self.direct(pa)))
        if self.version >= (5, 7):
            self.xarray("memory_blocks", entries)
        else:
            self.bus(entries)
        self.mem.set(self.variable("sections_per_block", 4), 1, 4)

    def bus(self, entries):
        """memory_subsys: a list through the private part of each device."""
        subsys = self.early(512, 8)
        self.mem.set(self.variable("memory_subsys", 256) + self.off("bus_type.p"),
                     self.direct(subsys))
        head = subsys + self.off("subsys_private.klist_devices") + self.off("klist.k_list")
        links = [head]
        for _, _, block in entries:
            private = self.early(256, 8)
            self.mem.set(private + self.off("device_private.device"),
                         block + self.off("memory_block.dev"))
            links.append(private + self.off("device_private.knode_bus") +
                         self.off("klist_node.n_node"))
        for at, after in zip(links, links[1:] + links[:1]):
            self.mem.set(at, self.direct(after))
            self.mem.set(after + 8, self.direct(at))
        self.objects["memory_subsys"] = ("list_head", self.direct(head))
