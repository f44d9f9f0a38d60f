# SPDX-License-Identifier: GPL-2.0-or-later
"""Device pagemaps (mm/memremap.c), and the XArrays that find them and the
memory blocks."""

import layout

PGMAP_ALTMAP_VALID = 1


class Device:
    def __init__(self, start, end, options):
        self.start, self.end = start // layout.PAGE, (end + 1) // layout.PAGE
        self.altmap = "reserve" in options or "free" in options
        self.reserve = options.get("reserve", 0)
        self.free = options.get("free", 0)
        self.type = options.get("type")
        self.dumped = options.get("dumped", 0)
        self.removed = options.get("removed", 0)
        self.va = self.entry = 0
        self.next = self.start + self.reserve   # next altmap page to give out


class Devices:
    def radix(self):
        """A radix tree finds the pagemaps (and memory_blocks is no array yet)."""
        return "OFFSET(radix_tree_root.rnode)" in self.facts

    def build_pgmaps(self):
        for i, dev in enumerate(self.devices):
            whole = self.early(self.facts.get("SIZE(page_map)", self.fact("SIZE(dev_pagemap)")),
                               64)
            pa = whole + self.facts.get("OFFSET(page_map.pgmap)", 0)
            dev.entry, dev.va = self.direct(whole), self.direct(pa)
            self.objects["pgmap:%d" % i] = ("dev_pagemap", dev.va)
            alt = pa + self.off("dev_pagemap.altmap")
            if whole != pa:     # behind the pagemap, which points to it where it has one
                if dev.altmap:
                    self.mem.set(alt, self.direct(pa + self.fact("SIZE(dev_pagemap)")))
                alt = pa + self.fact("SIZE(dev_pagemap)")
            self.objects["altmap:%d" % i] = ("vmem_altmap", self.direct(alt))
            if dev.altmap:
                used = dev.next - dev.start - dev.reserve
                for member, value in (("base_pfn", dev.start), ("end_pfn", dev.end - 1),
                                      ("reserve", dev.reserve), ("free", dev.free),
                                      ("alloc", used)):
                    if "OFFSET(vmem_altmap.%s)" % member in self.facts:
                        self.mem.set(alt + self.off("vmem_altmap." + member), value)
            self.mem.set(pa + self.off("dev_pagemap.type"), dev.type, 4)
            if "OFFSET(dev_pagemap.flags)" in self.facts:
                self.mem.set(pa + self.off("dev_pagemap.flags"),
                             PGMAP_ALTMAP_VALID if dev.altmap else 0, 4)
            elif "OFFSET(dev_pagemap.altmap_valid)" in self.facts:
                self.mem.set(pa + self.off("dev_pagemap.altmap_valid"), int(dev.altmap), 1)
            if "OFFSET(dev_pagemap.nr_range)" in self.facts:
                self.mem.set(pa + self.off("dev_pagemap.nr_range"), 1, 4)
                at = pa + self.off("dev_pagemap.range")
            elif whole != pa:   # the range comes first, and the pagemap points to it
                at = whole
                self.mem.set(pa + self.off("dev_pagemap.res"), dev.entry)
            else:
                at = pa + self.off("dev_pagemap.res")
            self.mem.set(at, dev.start * layout.PAGE)
            self.mem.set(at + 8, dev.end * layout.PAGE - 1)
        name = "pgmap_array" if self.version >= (4, 20) else "pgmap_radix"
        self.xarray(name, [(d.start, d.end, d.entry) for d in self.devices
                           if not d.removed])

    def xarray(self, name, entries):
        """entries: (first index, last + 1, pointer); ranges are stored as xa_store_range does."""
        # The same nodes make a radix tree, with other low bits: see xa_node().
        head_at, self.xnode = (("radix_tree_root.rnode", "radix_tree_node") if self.radix() else
                               ("xarray.xa_head", "xa_node"))
        pa = self.variable(name, 16)
        bits = self.fact("LENGTH(%s.slots)" % self.xnode).bit_length() - 1
        head = 0
        if entries:
            shift = 0
            while max(last for _, last, _ in entries) > 1 << (shift + bits):
                shift += bits
            head = self.xa_node(name, shift, bits, entries, 0)
        self.mem.set(pa + self.off(head_at), head)
        self.objects[name] = ("xarray", self.symbols[name])

    def xa_node(self, name, shift, bits, entries, base):
        slots_at = self.off(self.xnode + ".slots")
        pa = self.early(slots_at + (8 << bits), 64)
        radix = self.radix()
        self.mem.set(pa + self.off(self.xnode + ".shift"), shift, 1)
        self.objects["%s:%x" % (name, base)] = (self.xnode, self.direct(pa))
        slot = [0] * (1 << bits)
        deeper = {}
        for first, last, pointer in entries:
            head = None
            for i in range(1 << bits):
                lo = base + (i << shift)
                hi = lo + (1 << shift)
                if first <= lo and hi <= last:
                    # The first slot of a run holds the pointer, its siblings the number
                    # of that slot (internal entry, 0b10), or its address (0b01).
                    slot[i] = (pointer if head is None else
                               self.direct(pa + slots_at + 8 * head) | 1 if radix else
                               head << 2 | 2)
                    head = i if head is None else head
                elif first < hi and lo < last:
                    deeper.setdefault(i, []).append((max(first, lo), min(last, hi), pointer))
        for i, below in deeper.items():
            slot[i] = self.xa_node(name, shift - bits, bits, below, base + (i << shift))
        for i, value in enumerate(slot):
            self.mem.set(pa + slots_at + 8 * i, value)
        return self.direct(pa) | (1 if radix else 2)
