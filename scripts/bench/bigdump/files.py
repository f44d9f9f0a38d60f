# SPDX-License-Identifier: GPL-2.0-or-later
"""Vmcores of machines that are larger than any disk: what the kernel has in low
memory, and the memmap. All other RAM was left out, as a filter leaves it out.

Sections of one key are in the file once. ELF: many segments of it lead to the
same bytes of the file. kdump: many descriptors lead to the same data.
"""

import struct
import zlib

import contents
import formats
from layout import PAGE

LEAF_PAGES = contents.BYTES // PAGE
CHUNK = 1 << 20


def low_pages(server):
    """Pages from 0 on that the file has: up to the end of what memblock gave out."""
    return -(-server.early_next // PAGE)


def sections(server):
    """(backing page, key) of each leaf of the memmap, in the order of the pages."""
    for s in sorted(server.stretches, key=lambda s: s.pa):
        for i in range(s.count):
            nr = s.first + i
            yield (s.pa // PAGE + i * LEAF_PAGES,
                   ("special", nr) if nr in server.special else server.key(nr))


def content(server, key):
    return server.special[key[1]] if key[0] == "special" else server.contents.section(key)


def write_elf(f, server):
    notes = formats.notes(server.cpus, server.vmcoreinfo())
    low = low_pages(server)
    # The keys first: the number of segments decides where the data begins.
    places, loads = {}, []      # loads: first page, pages in the file, place in the data
    size = low * PAGE
    for pfn, key in sections(server):
        place = places.get(key)
        if place is None:
            place = places[key] = size
            size += contents.BYTES
        last = loads[-1] if loads else None
        if last and last[0] + last[1] == pfn and last[2] + last[1] * PAGE == place:
            last[1] += LEAF_PAGES
        else:
            loads.append([pfn, LEAF_PAGES, place])
    loads.append([0, low, 0])
    loads = segments(sorted(loads), server.mem.ranges)
    notes_at = 64 + 56 * (1 + len(loads))
    data_at = -(-(notes_at + len(notes)) // PAGE) * PAGE
    if len(loads) > 0xfff0:
        raise ValueError("%d segments do not fit: a larger --region has fewer" % len(loads))
    f.write(struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 4, 62, 1, 0, 64, 0, 0, 64, 56,
                        1 + len(loads), 0, 0, 0))
    f.write(struct.pack("<IIQQQQQQ", 4, 0, notes_at, 0, 0, len(notes), len(notes), 4))
    for first, stored, pages, place in loads:
        f.write(struct.pack("<IIQQQQQQ", 1, 7, data_at + place, server.direct(first * PAGE),
                            first * PAGE, stored * PAGE, pages * PAGE, PAGE))
    f.write(notes)
    for pfn, page in server.mem.pages.items():
        f.seek(data_at + pfn * PAGE)
        f.write(page)
    for key, place in places.items():
        f.seek(data_at + place)
        f.write(content(server, key))


def segments(loads, ranges):
    """What the file has of each range of RAM, and what it has not: (first page,
    pages in the file, pages in all, place)."""
    out, at = [], 0
    for first, last in ranges:
        while at < len(loads) and loads[at][0] + loads[at][1] <= first:
            at += 1
        pfn = first
        while pfn < last:
            if at < len(loads) and loads[at][0] <= pfn:
                start, count, place = loads[at]
                stored = min(start + count, last) - pfn
                out.append([pfn, stored, stored, place + (pfn - start) * PAGE])
                pfn += stored
                if pfn == start + count:
                    at += 1
                continue
            stop = min(last, loads[at][0]) if at < len(loads) else last
            if out and out[-1][0] + out[-1][2] == pfn and out[-1][1] == out[-1][2]:
                out[-1][2] += stop - pfn
            else:
                out.append([pfn, 0, stop - pfn, 0])
            pfn = stop
    return out


class Bitmap:
    """In the file, and never a hole there: makedumpfile writes all of it."""

    def __init__(self, f, at, size):
        self.f, self.at = f, at
        f.seek(at)
        for done in range(0, size, CHUNK):
            f.write(bytes(min(CHUNK, size - done)))

    def set(self, first, last):
        """Ranges come in order, so that a byte may hold the end of the one before."""
        while first < last:
            byte, bit = divmod(first, 8)
            if not bit and last - first >= 8:
                n = (last - first) // 8
                self.f.seek(self.at + byte)
                for done in range(0, n, CHUNK):
                    self.f.write(b"\xff" * min(CHUNK, n - done))
                first += 8 * n
                continue
            self.f.seek(self.at + byte)
            old = self.f.read(1)[0]
            stop = min(last, 8 * (byte + 1))
            for i in range(first, stop):
                old |= 1 << (i & 7)
            self.f.seek(self.at + byte)
            self.f.write(bytes([old]))
            first = stop


class Data:
    """Page data at the end of the file, and their descriptors."""

    def __init__(self, f, at):
        self.f, self.at, self.zero, self.leaves = f, at, None, {}

    def page(self, data):
        packed = zlib.compress(data, 1)
        if len(packed) >= PAGE:
            raise ValueError("a page that does not compress")
        self.f.seek(self.at)
        self.f.write(packed)
        desc = struct.pack("<qIIQ", self.at, len(packed), 1, 0)
        self.at += len(packed)
        return desc

    def low(self, data):
        if data is None or not any(data):
            self.zero = self.zero or self.page(bytes(PAGE))
            return self.zero
        return self.page(bytes(data))

    def leaf(self, server, key):
        """Descriptors of the pages of a section's memmap."""
        descs = self.leaves.get(key)
        if descs is None:
            data = content(server, key)
            pages, known = [], {}
            for at in range(0, len(data), PAGE):
                page = data[at:at + PAGE]
                if page not in known:
                    known[page] = self.page(page)
                pages.append(known[page])
            descs = b"".join(pages)
            # Where each section has contents of its own they are not kept.
            if key[0] not in ("place", "special"):
                self.leaves[key] = descs
        return descs


def write_kdump(f, server):
    info, notes = server.vmcoreinfo(), formats.notes(server.cpus, server.vmcoreinfo())
    sub = bytearray(112)
    info_at = PAGE + len(sub)
    sub_blocks = -(-(len(sub) + len(info) + len(notes)) // PAGE)
    max_pfn = server.mem.max_pfn()
    map_bytes = -(-(-(-max_pfn // 8)) // PAGE) * PAGE
    low = low_pages(server)
    ranges = server.mem.ranges
    low_ranges = [(a, min(b, low)) for a, b in ranges if a < low]
    struct.pack_into("<QIIQQQQQQQQQQQ", sub, 0, 0, 31, 0, 0, 0, info_at, len(info),
                     info_at + len(info), len(notes), 0, 0, 0, max_pfn, max_pfn)
    f.write(struct.pack("<8si390s6xqqIiiIIIIIIi", b"KDUMP   ", 6,
                        formats.utsname(server.facts["OSRELEASE"]), 0, 0, 1, PAGE, sub_blocks,
                        2 * map_bytes // PAGE, min(max_pfn, 0xffffffff), 0, 0, 0, 0,
                        len(server.cpus)).ljust(PAGE, b"\0"))
    f.write((bytes(sub) + info + notes).ljust(sub_blocks * PAGE, b"\0"))
    at = f.tell()
    ram, stored = Bitmap(f, at, map_bytes), Bitmap(f, at + map_bytes, map_bytes)
    for first, last in ranges:
        ram.set(first, last)
    for first, last in low_ranges:
        stored.set(first, last)
    for s in sorted(server.stretches, key=lambda s: s.pa):
        stored.set(s.pa // PAGE, s.pa // PAGE + s.count * LEAF_PAGES)
    count = (sum(b - a for a, b in low_ranges) +
             sum(s.count for s in server.stretches) * LEAF_PAGES)
    descs_at = at + 2 * map_bytes
    data = Data(f, descs_at + 24 * count)
    buffer = [data.low(server.mem.page(pfn)) for a, b in low_ranges for pfn in range(a, b)]
    size = 0
    for _, key in sections(server):
        buffer.append(data.leaf(server, key))
        size += len(buffer[-1])
        if size >= 8 * CHUNK:
            descs_at = flush(f, descs_at, buffer)
            buffer, size = [], 0
    flush(f, descs_at, buffer)


def flush(f, at, buffer):
    block = b"".join(buffer)
    f.seek(at)
    f.write(block)
    return at + len(block)


WRITERS = {"elf": write_elf, "kdump": write_kdump}
