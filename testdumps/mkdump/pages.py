# SPDX-License-Identifier: GPL-2.0-or-later
"""struct page: what initialisation, the buddy allocator and devices make of it."""

import struct

import layout

# Page flags, where a kernel's table does not say: they have these numbers from v5.8 to v6.1
FLAGS = {"uptodate": 2, "dirty": 3, "lru": 4, "slab": 9, "reserved": 12, "head": 16,
         "swapbacked": 19}
LIST_POISON2 = 0xdead000000000200
TAIL_MAPPING = 0xdead000000000400


class Pages:
    def links(self, pfn, zone):
        del pfn
        nodes = self.fact("LENGTH(node_data)").bit_length() - 1
        zones = 3 if len(self.zone_names) > 4 else 2
        word = zone << (64 - nodes - zones)
        if self.version >= (6, 0):      # this build has NUMA balancing: last_cpupid, all ones
            word |= (1 << 51) - (1 << 30)
        return word

    def flag(self, *names):
        """The bits of these page flags."""
        return sum(1 << self.facts.get("NUMBER(PG_%s)" % n, FLAGS.get(n)) for n in names)

    def lru_va(self, pfn):
        return self.page_va(pfn) + self.off("page.lru")

    def struct_page(self, pfn, zone, flags=0, refcount=0, mapcount=-1, words=None):
        """words: lru (two), mapping, index and private; by default lru, empty, and zeroes."""
        words = words or (self.lru_va(pfn), self.lru_va(pfn), 0, 0, 0)
        out = bytearray(layout.STRUCT_PAGE)
        lru = self.off("page.lru")
        places = (0, lru, lru + 8, self.off("page.mapping"), self.off("page.index"),
                  self.off("page.private"))
        for at, value in zip(places, (self.links(pfn, zone) | flags,) + tuple(words)):
            struct.pack_into("<Q", out, at, value)
        struct.pack_into("<i", out, self.off("page._mapcount"), mapcount)
        struct.pack_into("<i", out, self.off("page._refcount" if "OFFSET(page._refcount)" in self.facts
                                           else "page._count"), refcount)
        return bytes(out)

    def put(self, pfn, data):
        """Bytes into the memmap from this page's struct page on."""
        at = 0
        while at < len(data):
            va = self.page_va(pfn) + at
            n = min(layout.PAGE - va % layout.PAGE, len(data) - at)
            pa = self.translate(va)
            if pa is not None:
                self.mem.write(pa, data[at:at + n])
            at += n

    def build_pages(self):
        # Page tables that unmap needs later come out of the same early memory.
        self.early_end = -(-self.early_next // (2 << 20)) * (2 << 20) + (2 << 20)
        image = layout.IMAGE // layout.PAGE
        used = [(0, 65536 // layout.PAGE),
                (image, image + layout.IMAGE_SIZE // layout.PAGE),
                (layout.EARLY // layout.PAGE, self.early_end // layout.PAGE)]
        for nr in sorted(self.sections):
            for first, last in self.sections[nr].populated:
                self.init_holes(first, last)
        for first, last in self.ram_pfns():
            self.init_ram(first, last, used)
        for start, end, online, fill in self.hotplugged:
            first, last = start // layout.PAGE, (end + 1) // layout.PAGE
            if online:
                self.init_ram(first, last, [])
            else:
                self.put(first, bytes([fill]) * (layout.STRUCT_PAGE * (last - first)))
        for dev in self.devices:
            self.init_device(dev)
        self.finish_pages()

    def init_holes(self, first, last):
        """0740a50b9baa (v5.12, in stable 5.10.y): holes carry the zone around
        or before them, and PG_reserved. From 92923ca3aace (v4.2) on what a zone
        spans was initialised, and only memblock's own pages were reserved."""
        if not self.sections[first // layout.SECTION_PAGES].boot:
            return
        zones = sorted((s, z) for z, (s, _) in self.spans.items() if z != self.zone_device())
        out = []
        for pfn in range(first, last):
            zone = max((z for s, z in zones if s <= pfn), default=zones[0][1])
            if self.version < (5, 6) and pfn >= self.spans[zone][1]:
                out.append(bytes([self.raw_memmap()]) * layout.STRUCT_PAGE)
                continue
            if (4, 2) <= self.version < (5, 6):
                # Below all zones nothing but the flag was written; else, all but the flag.
                below = pfn < zones[0][0]
                out.append(self.struct_page(pfn, zone, self.flag("reserved") if below else 0,
                                            int(not below), -int(not below)))
                continue
            flags = self.flag("reserved")
            out.append(self.struct_page(pfn, zone, flags, 1))
        self.put(first, b"".join(out))

    def raw_memmap(self):
        """What is behind the last zone's span: memmaps were zeroed as they were allocated up to
        v4.14, and filled with ones then, with DEBUG_VM; e822969cab48 zeroed this too (v5.6,
        and in 5.4.y)."""
        return 0xff if (4, 15) <= self.version < (5, 4) else 0

    def init_ram(self, first, last, used):
        pfn = first
        self.samples(first, last, used)
        while pfn < last:
            busy = [b for a, b in used if a <= pfn < b]
            zone = self.zone_of(pfn)
            if busy:
                stop = min(last, busy[0])
                self.put(pfn, b"".join(self.struct_page(p, zone, self.flag("reserved"), 1)
                                       for p in range(pfn, stop)))
                pfn = stop
                continue
            order = layout.MAX_ORDER
            limit = min([last] + [a for a, _ in used if a > pfn] +
                        [x for x in self.zone_limits() if x > pfn])
            while pfn & ((1 << order) - 1) or pfn + (1 << order) > limit:
                order -= 1
            self.put(pfn, self.free_block(pfn, zone, order))
            pfn += 1 << order

    def free_block(self, pfn, zone, order):
        lru = self.lru_va(pfn)
        value = self.fact("NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)")
        out = [self.struct_page(pfn, zone, 0, 0, value, (lru, lru, 0, 0, order))]
        out += [self.struct_page(p, zone) for p in range(pfn + 1, pfn + (1 << order))]
        return b"".join(out)

    def samples(self, first, last, used):
        """Pages in use, at the end of the first big stretch: a page cache page,
        an anonymous one, a slab of two pages, a page table."""
        if last - first < 0x2000 or any(s == "samples" for s, _ in self.objects.values()):
            return
        at = last - 64
        zone = self.zone_of(at)
        used.append((at, last))
        pages = [(self.flag("uptodate", "lru"), 1, 0, self.direct(0x5a40), 7),
                 (self.flag("uptodate", "lru", "swapbacked"), 1, 0,
                  self.direct(0x5b40) | 1, 0x7f1234567)]
        self.objects["samples"] = ("samples", self.page_va(at))
        for i, (flags, refs, maps, mapping, index) in enumerate(pages):
            lru = self.lru_va(at + (1 - i))
            self.pending.append((at + i, self.struct_page(at + i, zone, flags, refs, maps,
                                                          (lru, lru, mapping, index, 0))))
        slab = at + 2
        cache = self.direct(0x6000)
        # SLUB's counters are where _mapcount is up to v4.17.
        typed = self.version >= (4, 18)
        partial = self.direct(0x6100)
        words = ((partial, partial, cache, 0, 0x80150015) if typed else
                 (partial, partial, 0, 0, cache))
        self.pending.append((slab, self.struct_page(slab, zone, self.flag("slab", "head"), 1,
                                                    -1 if typed else 0x150015, words)))
        self.pending.append((slab + 1, self.tail(slab + 1, zone, slab)))
        # page type: PG_table, 0x200 of the inverted bits
        self.pending.append((at + 4, self.struct_page(at + 4, zone, 0, 1, -513 if typed else -1)))

    def tail(self, pfn, zone, head, order=1):
        """A page of a compound one; the first has destructor (1) and order, a byte or 4 each,
        and where the kernel has it the number of pages."""
        if "OFFSET(page.first_page)" in self.facts:
            return self.struct_page(pfn, zone, self.flag("tail"), 0, -1,
                                    (0, 0, 0, 0, self.page_va(head)))
        if pfn > head + 1:
            return self.struct_page(pfn, zone, 0, 0, -1,
                                    (self.page_va(head) | 1, 0, TAIL_MAPPING, 0, 0))
        wide = self.facts.get("SIZE(page.compound_dtor)", 1)
        out = bytearray(self.struct_page(pfn, zone, 0, 0, -1,
                                         (self.page_va(head) | 1, 1 | order << 8 * wide,
                                          TAIL_MAPPING, 0, 0)))
        if "OFFSET(page.compound_nr)" in self.facts:
            struct.pack_into("<I", out, self.off("page.compound_nr"), 1 << order)
        return bytes(out)

    def init_device(self, dev):
        """__init_zone_device_page(): reserved, refcount 1, pgmap where lru.next is.
        The first `reserve` pages are never initialised, in any kernel. Up to v4.15 the
        pages were on no list, and list_del() wrote LIST_POISON2 behind it; v4.4 had no pgmap."""
        words = (dev.va, LIST_POISON2 if self.radix() else 0, 0, 0, 0)
        if "OFFSET(page.pgmap)" not in self.facts:
            words = None
        out = []
        for pfn in range(dev.start + dev.reserve, dev.end):
            out.append(self.struct_page(pfn, self.zone_device(), self.flag("reserved"), 1, -1,
                                        words))
        self.put(dev.start + dev.reserve, b"".join(out))

    def finish_pages(self):
        for pfn, data in self.pending:
            self.put(pfn, data)
