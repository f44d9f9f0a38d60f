# SPDX-License-Identifier: GPL-2.0-or-later
"""A large x86_64 server under Linux 5.10, as far as its memory map goes.

The parts of testdumps/mkdump's machine that are the same at any size are used as
they are; those with work for each section are done here for all at once. Five
levels of page tables: 64 TiB are more than four can map.

    node 0      RAM from 4 KiB to 2 GiB, PCI to 4 GiB, RAM from there on
    node 1 ...  RAM, behind a hole, from a multiple of 64 GiB on

In each node every 256 GiB a hole of 4 MiB inside a section is firmware's. Each
node's memmap lies at the start of its RAM, mapped by 2 MiB leaves. Node 0's RAM
ends inside a section, and pmem begins there: a namespace with its memmap on the
device (--map=dev), as the early section has a memmap already. The last node's
RAM ends inside a section too, and pmem behind it, a 64th of all RAM, has its memmap
in RAM (--map=mem); its last section is partial, and mapped by 4 KiB pages.
"""

import os
import re
import sys
from array import array

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))))
sys.path.append(os.path.join(TOP, "testdumps/mkdump"))

# pylint: disable=wrong-import-position
import formats                                              # noqa: E402
import layout                                               # noqa: E402
from tables import X86                                      # noqa: E402
from devices import Device                                  # noqa: E402
from layout import (EARLY, IMAGE, IMAGE_VA, PAGE, SECTION, SECTION_FLAGS,  # noqa: E402
                    SECTION_PAGES, SUBSECTION_PAGES, VARIABLES)
from machine import Machine                                 # noqa: E402

import contents                                             # noqa: E402

GIB = 1 << 30
DMA32, NORMAL, DEVICE = 0, 1, 3
LEAF = 2 << 20                  # of the memmap: that of one section
HOLE_EVERY, HOLE_AT, HOLE = 256 * GIB, 192 * GIB + (62 << 20), 4 << 20
BLOCK_SECTIONS = 16             # probe_memory_block_size(): 2 GiB where there is much
USAGE = 56                      # struct mem_section_usage: rcu, map, 64 pageblocks
BOOT = sum(SECTION_FLAGS[f] for f in "PMOE")


def align(value, to):
    return -(-value // to) * to


class Stretch:
    """Sections in a row whose memmap lies in a row, one leaf after the other."""

    def __init__(self, first, count, node, pa):
        self.first, self.count, self.node, self.pa = first, count, node, pa


class Server(Machine):
    def __init__(self, size, nodes, kind, region):
        super().__init__("5.10")
        self.facts.update({"NUMBER(pgtable_l5_enabled)": 1, "NUMBER(MAX_PHYSMEM_BITS)": 52,
                           "LENGTH(mem_section)": 1 << (52 - 27 - 8)})
        layout.TABLES = X86(5)
        self.levels, self.top = 5, (1 << 52) - 1
        self.page_offset, self.vmemmap = 0xff11000000000000, 0xffd4000000000000
        self.kind, self.region = kind, region
        self.nodes = []         # (first pfn, last pfn + 1) of RAM and what is in it
        self.memmaps = []       # of each node: (first byte, last byte + 1)
        self.stretches = []
        self.special = {}       # section: its memmap, where a key does not say it
        self.lay_out(size, nodes)
        self.contents = contents.Contents(self.vmemmap, self.page_offset,
                                          self.fact("NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)"))

    # What lies where

    def lay_out(self, size, nodes):
        per = size // nodes // SECTION * SECTION
        self.ram = [(PAGE, 0x9fbff), (1 << 20, 2 * GIB - 1)]
        self.reserved = [(0, PAGE - 1), (0x9fc00, 0x9ffff), (0xf0000, 0xfffff)]
        start = 4 * GIB
        for node in range(nodes):
            end = start + per - (0 if node else 2 * GIB)
            # The first and the last node end inside a section.
            if node in (0, nodes - 1):
                end -= SECTION - (64 << 20 if node else 32 << 20)
            self.nodes.append((PAGE if not node else start, end))
            at = start
            for hole in range(start + HOLE_AT, end - SECTION, HOLE_EVERY):
                self.ram.append((at, hole - 1))
                self.reserved.append((hole, hole + HOLE - 1))
                at = hole + HOLE
            self.ram.append((at, end - 1))
            self.memmaps.append([start, start])
            if node == 0:
                self.devices.append(Device(end, align(end, SECTION) - 1,
                                           {"reserve": 2, "free": 0x1fe}))
            elif node == nodes - 1:
                last = align(end, SECTION) + align(size // 64, SECTION) + (32 << 20)
                self.devices.append(Device(end, last - 1, {}))
            start = align(end, 64 * GIB) + 64 * GIB

    def node_of(self, pfn):
        return max(n for n, (start, _) in enumerate(self.nodes) if pfn * PAGE >= start or not n)

    # Building

    def build(self):
        self.variable_next, self.early_next = VARIABLES, EARLY
        for start, end in self.ram:
            self.mem.add_ram(start, end)
        for dev in self.devices:
            dev.type = 3
        uts = self.variable("init_uts_ns", 512) + 4
        self.mem.write(uts, formats.utsname(self.fact("OSRELEASE")))
        self.pgd = self.variable("init_top_pgt", PAGE, PAGE)
        self.symbols["swapper_pg_dir"] = self.symbols["init_top_pgt"]
        self.symbols["_stext"] = IMAGE_VA + IMAGE
        for first, last in self.mem.ranges:
            self.map_run(self.direct(first * PAGE // GIB * GIB), first * PAGE // GIB * GIB,
                         -(-last * PAGE // GIB) - first * PAGE // GIB, 2)
        self.map_run(IMAGE_VA, 0, 32, 1)
        self.build_sections()
        self.build_zones()
        self.build_blocks()
        self.build_pgmaps()
        self.build_resources()
        self.build_memmap()

    def finish(self):
        self.build_log()
        self.build_variables()

    def map_run(self, va, pa, count, level):
        """Leaves in a row."""
        size = 1 << (12 + 9 * level)
        flags = X86().leaf(0, level)
        while count:
            n = min(count, 512 - (va // size) % 512)
            entries = array("Q", range(pa | flags, (pa + n * size) | flags, size))
            self.mem.write(self.entry(va, level), entries.tobytes())
            va, pa, count = va + n * size, pa + n * size, count - n

    # Sections

    def build_sections(self):
        numbers = set()
        for first, last in self.ram_pfns():
            numbers.update(range(first // SECTION_PAGES, (last - 1) // SECTION_PAGES + 1))
        boot = sorted(numbers)
        for dev in self.devices:
            numbers.update(range(dev.start // SECTION_PAGES, (dev.end - 1) // SECTION_PAGES + 1))
        self.numbers = sorted(numbers)
        self.boot = numbers = set(boot)
        self.maps = {}          # subsection maps that are not full
        for first, last in self.ram_pfns() + [(d.start, d.end) for d in self.devices]:
            self.edges(first, last)

        usages = self.early(USAGE * len(self.numbers))
        one = bytes(16) + b"\xff" * 8 + b"\x11" * 32
        self.mem.write(usages, one * len(self.numbers))
        usage = {nr: usages + USAGE * i for i, nr in enumerate(self.numbers)}
        for nr, bits in self.maps.items():
            self.mem.set(usage[nr] + 16, bits)

        table = self.early(8 * self.fact("LENGTH(mem_section)"), PAGE)
        self.symbols["mem_section"] = self.direct(table)
        self.section_pa = {}
        roots = {}
        for nr in self.numbers:
            roots.setdefault(nr >> 8, []).append(nr)
        for root, members in roots.items():
            pa = self.early(PAGE, PAGE)
            self.mem.set(table + 8 * root, self.direct(pa))
            words = [0] * 512
            for nr in members:
                flags = BOOT if nr in self.boot else BOOT & 3
                words[2 * (nr & 255)] = self.vmemmap | flags
                words[2 * (nr & 255) + 1] = self.direct(usage[nr])
                self.section_pa[nr] = pa + 16 * (nr & 255)
            self.mem.write(pa, array("Q", words).tobytes())
        self.mem.set(self.variable("__highest_present_section_nr", 8), self.numbers[-1])

    def edges(self, first, last):
        """Into the maps of the sections that a range covers in part."""
        for nr in {first // SECTION_PAGES, (last - 1) // SECTION_PAGES}:
            base = nr * SECTION_PAGES
            lo, hi = max(first - base, 0), min(last - base, SECTION_PAGES)
            if hi - lo == SECTION_PAGES:
                continue
            for sub in range(lo // SUBSECTION_PAGES, (hi - 1) // SUBSECTION_PAGES + 1):
                self.maps[nr] = self.maps.get(nr, 0) | 1 << sub

    # Nodes, zones, memory blocks

    def build_zones(self):
        size = self.fact("SIZE(pglist_data)")
        array_pa = self.variable("node_data", 8 * self.fact("LENGTH(node_data)"))
        self.mem.set(self.variable("node_online_map", 128), (1 << len(self.nodes)) - 1)
        four = 4 * GIB // PAGE
        names = [self.string(name) for name in self.zone_names]
        self.spans = {}
        for node, (start, end) in enumerate(self.nodes):
            pfns = [(a, b) for a, b in self.ram_pfns() if start <= a * PAGE < end]
            zones = {}
            for a, b in pfns:
                self.extend_zone(zones, DMA32 if a < four else NORMAL, a, b, b - a)
            for dev in self.devices:
                if self.node_of(dev.start) == node:
                    self.extend_zone(zones, DEVICE, dev.start, dev.end, 0)
            pa = self.early(size, PAGE)
            self.mem.set(array_pa + 8 * node, self.direct(pa))
            first = min(z[0] for z in zones.values())
            last = max(z[1] for z in zones.values())
            present = sum(z[2] for z in zones.values())
            for member, value in (("node_start_pfn", first), ("node_spanned_pages", last - first),
                                  ("node_present_pages", present)):
                self.mem.set(pa + self.off("pglist_data." + member), value)
            self.mem.set(pa + self.off("pglist_data.nr_zones"), max(zones) + 1, 4)
            self.mem.set(pa + self.off("pglist_data.node_id"), node, 4)
            for index, name in enumerate(names):
                a, b, there = zones.get(index, (0, 0, 0))
                at = pa + self.off("pglist_data.node_zones") + index * self.fact("SIZE(zone)")
                self.mem.set(at + self.off("zone.zone_start_pfn"), a)
                self.mem.set(at + self.off("zone.spanned_pages"), b - a)
                self.mem.set(at + self.off("zone.present_pages"), there)
                self.mem.set(at + self.off("zone.managed_pages"), there)
                self.mem.set(at + self.off("zone.name"), name)
                self.mem.set(at + self.off("zone.contiguous"), int(b > a and there == b - a), 1)

    @staticmethod
    def extend_zone(zones, zone, first, last, present):
        a, b, there = zones.get(zone, (first, last, 0))
        zones[zone] = (min(a, first), max(b, last), there + present)

    def build_blocks(self):
        entries = []
        for block in sorted({nr // BLOCK_SECTIONS for nr in self.boot}):
            pa = self.early(self.fact("SIZE(memory_block)"), 8)
            nr = block * BLOCK_SECTIONS
            self.mem.set(pa + self.off("memory_block.start_section_nr"), nr)
            self.mem.set(pa + self.off("memory_block.state"), 1)
            self.mem.set(pa + self.off("memory_block.nid"), self.node_of(nr * SECTION_PAGES), 4)
            entries.append((block, block + 1, self.direct(pa)))
        self.xarray("memory_blocks", entries)
        self.mem.set(self.variable("sections_per_block", 4), BLOCK_SECTIONS, 4)

    # The memmap

    def build_memmap(self):
        """A leaf for each section, in its node's memory; but the last section of
        the second device, which is not whole."""
        tail = self.devices[1].end // SECTION_PAGES
        for nr in self.numbers:
            if nr == tail:
                continue
            node = self.node_of(nr * SECTION_PAGES)
            s = self.stretches[-1] if self.stretches else None
            if not s or s.node != node or s.first + s.count != nr:
                s = Stretch(nr, 0, node, self.memmaps[node][1])
                self.stretches.append(s)
            s.count += 1
            self.memmaps[node][1] += LEAF
        for s in self.stretches:
            self.map_run(self.page_va(s.first * SECTION_PAGES), s.pa, s.count, 1)
        for i, dev in enumerate(self.devices):
            self.contents.add_device("device%d" % i, dev.va)
        self.partial_device(tail)
        self.unlike_sections()

    def partial_device(self, nr):
        dev = self.devices[1]
        first, count = nr * SECTION_PAGES, dev.end - nr * SECTION_PAGES
        data = self.contents.section(("device1", len(self.nodes) - 1, DEVICE, 0))[:64 * count]
        for at in range(0, len(data), PAGE):
            pa = self.early(PAGE, PAGE)
            self.map_run(self.page_va(first) + at, pa, 1, 0)
            self.mem.write(pa, data[at:at + PAGE])

    def unlike_sections(self):
        """Early sections that are not RAM alone: holes are reserved, devices theirs."""
        for nr in {nr for nr in self.maps if nr in self.boot} | {self.boundary(0)} | \
                {self.boundary(1)}:
            self.special[nr] = self.contents.section(self.key(nr))
        for first, last in ([(s // PAGE, (e + 1) // PAGE) for s, e in self.reserved]):
            if first >= 4 * GIB // PAGE:
                self.overlay(first, last, ("reserved", self.node_of(first), NORMAL, 0))
        for i, dev in enumerate(self.devices):
            end = align(dev.start, SECTION_PAGES)
            self.overlay(dev.start, min(dev.end, end),
                         ("device%d" % i, self.node_of(dev.start), DEVICE, 0))

    def boundary(self, device):
        """The section that RAM and this device share."""
        return self.devices[device].start // SECTION_PAGES

    def overlay(self, first, last, key):
        nr = first // SECTION_PAGES
        a, b = (64 * (pfn - nr * SECTION_PAGES) for pfn in (first, last))
        self.put_in(nr, a, self.contents.section(key)[a:b])

    def put_in(self, nr, at, data):
        old = self.special.get(nr) or self.contents.section(self.key(nr))
        self.special[nr] = old[:at] + data + old[at + len(data):]

    def key(self, nr):
        """What a section's memmap holds, where it is not special. What backs the
        memmap, and the low memory that the kernel is in, is nobody else's."""
        pfn = nr * SECTION_PAGES
        node = self.node_of(pfn)
        if nr not in self.boot:
            return ("device1", node, DEVICE, 0)
        start, end = self.memmaps[node]
        if pfn < 4 * GIB // PAGE:
            return ("reserved", node, DMA32, 0)
        if pfn * PAGE < align(end, SECTION) and (pfn + SECTION_PAGES) * PAGE > start:
            return ("reserved", node, NORMAL, 0)
        return (self.kind, node, NORMAL, nr if self.kind == "place" else nr % self.region)

    def put(self, pfn, data):
        """Struct pages from this one on, of one section."""
        nr = pfn // SECTION_PAGES
        self.put_in(nr, 64 * (pfn - nr * SECTION_PAGES), data)

    # The log of a panic

    def panic(self, path, old, pfn):
        """The log of a machine of testdumps/synthetic, at another page."""
        with open(path, encoding="ascii") as f:
            lines = f.read().split("\nlog\n")[1].split("\nend\n")[0].split("\n")
        for line in lines:
            line = line.replace("{page:0x%x}" % old, "%016x" % self.page_va(pfn))
            line = line.replace("%016x" % old, "%016x" % pfn)
            stamp = re.match(r"\[ *(\d+)\.(\d{6})\] ?(.*)$", line)
            self.log.append((int(stamp[1]) * 10**9 + int(stamp[2]) * 1000, stamp[3], 0))
