# SPDX-License-Identifier: GPL-2.0-or-later
"""struct page: what initialisation, the buddy allocator and devices make of it."""

import struct

import layout
from layout import SECTION_FLAGS

# Page flags that have kept their numbers from v5.8 to v6.1
PG_UPTODATE, PG_LRU, PG_SLAB, PG_RESERVED, PG_HEAD, PG_SWAPBACKED = 2, 4, 9, 12, 16, 19


class Pages:
    def links(self, pfn, zone):
        del pfn
        nodes = self.fact("LENGTH(node_data)").bit_length() - 1
        zones = 3 if len(self.zone_names) > 4 else 2
        word = zone << (64 - nodes - zones)
        if self.version >= (6, 0):      # this build has NUMA balancing: last_cpupid, all ones
            word |= (1 << 51) - (1 << 30)
        return word

    def struct_page(self, pfn, zone, flags=0, refcount=0, mapcount=-1, words=None):
        """words: the five between flags and _mapcount; by default lru, empty, and zeroes."""
        lru = self.page_va(pfn) + 8
        words = words or (lru, lru, 0, 0, 0)
        return struct.pack("<QQQQQQiiQ", self.links(pfn, zone) | flags, *words,
                           mapcount, refcount, 0)

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
        or before them, and PG_reserved."""
        sec = first // layout.SECTION_PAGES
        if not self.sections[sec].flags & SECTION_FLAGS["E"]:
            return
        zones = sorted((s, z) for z, (s, _) in self.spans.items() if z != self.zone_device())
        out = []
        for pfn in range(first, last):
            zone = max((z for s, z in zones if s <= pfn), default=zones[0][1])
            out.append(self.struct_page(pfn, zone, 1 << PG_RESERVED, 1))
        self.put(first, b"".join(out))

    def init_ram(self, first, last, used):
        pfn = first
        self.samples(first, last, used)
        while pfn < last:
            busy = [b for a, b in used if a <= pfn < b]
            zone = self.zone_of(pfn)
            if busy:
                stop = min(last, busy[0])
                self.put(pfn, b"".join(self.struct_page(p, zone, 1 << PG_RESERVED, 1)
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
        lru = self.page_va(pfn) + 8
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
        pages = [(1 << PG_UPTODATE | 1 << PG_LRU, 1, 0, self.direct(0x5a40), 7),
                 (1 << PG_UPTODATE | 1 << PG_LRU | 1 << PG_SWAPBACKED, 1, 0,
                  self.direct(0x5b40) | 1, 0x7f1234567)]
        self.objects["samples"] = ("samples", self.page_va(at))
        for i, (flags, refs, maps, mapping, index) in enumerate(pages):
            lru = self.page_va(at + (1 - i)) + 8
            self.pending.append((at + i, self.struct_page(at + i, zone, flags, refs, maps,
                                                          (lru, lru, mapping, index, 0))))
        slab = at + 2
        cache = self.direct(0x6000)
        self.pending.append((slab, self.struct_page(slab, zone, 1 << PG_SLAB | 1 << PG_HEAD, 1, -1,
                                                    (self.direct(0x6100), self.direct(0x6100),
                                                     cache, 0, 0x80150015))))
        tail = self.page_va(slab) | 1
        self.pending.append((slab + 1, self.struct_page(slab + 1, zone, 0, 0, -1,
                                                        (tail, 0x0101, 0xdead000000000400, 0, 0))))
        # page type: PG_table, 0x200 of the inverted bits
        self.pending.append((at + 4, self.struct_page(at + 4, zone, 0, 1, -513)))

    def init_device(self, dev):
        """__init_zone_device_page(): reserved, refcount 1, pgmap where lru.next is.
        The first `reserve` pages are never initialised, in any kernel."""
        out = []
        for pfn in range(dev.start + dev.reserve, dev.end):
            out.append(self.struct_page(pfn, self.zone_device(), 1 << PG_RESERVED, 1, -1,
                                        (dev.va, 0, 0, 0, 0)))
        self.put(dev.start + dev.reserve, b"".join(out))

    def finish_pages(self):
        for pfn, data in self.pending:
            self.put(pfn, data)
