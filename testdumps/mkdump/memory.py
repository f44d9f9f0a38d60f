# SPDX-License-Identifier: GPL-2.0-or-later
"""Physical memory of a machine that never was: sparse, page by page.

A page is in one of three conditions: stored (bytes; RAM that nobody wrote to
is zero), excluded (RAM that the dump's writer is to leave out), or not RAM.
"""

import layout


class Memory:
    def __init__(self):
        self.pages = {}         # pfn: bytearray, only where somebody wrote
        self.ranges = []        # RAM that the dump covers: (first pfn, last pfn + 1)
        self.excluded = set()   # pfns

    def add_ram(self, start, end):
        """Bytes start..end, end inclusive. Partial pages are no RAM, as in the kernel."""
        first, last = (start + layout.PAGE - 1) // layout.PAGE, (end + 1) // layout.PAGE
        if first < last:
            self.ranges.append((first, last))
            self.ranges.sort()

    def is_ram(self, pfn):
        return any(a <= pfn < b for a, b in self.ranges)

    def write(self, pa, data):
        at = 0
        while at < len(data):
            pfn, off = divmod(pa + at, layout.PAGE)
            n = min(layout.PAGE - off, len(data) - at)
            page = self.pages.get(pfn)
            if page is None:
                page = self.pages[pfn] = bytearray(layout.PAGE)
            page[off:off + n] = data[at:at + n]
            at += n

    def read(self, pa, size):
        out = bytearray()
        while len(out) < size:
            pfn, off = divmod(pa + len(out), layout.PAGE)
            n = min(layout.PAGE - off, size - len(out))
            page = self.pages.get(pfn)
            out += page[off:off + n] if page is not None else bytes(n)
        return bytes(out)

    def set(self, pa, value, size=8):
        self.write(pa, (value & ((1 << 8 * size) - 1)).to_bytes(size, "little"))

    def get(self, pa, size=8):
        return int.from_bytes(self.read(pa, size), "little")

    def max_pfn(self):
        return max((b for _, b in self.ranges), default=0)

    def present(self, pfn):
        return pfn not in self.excluded and self.is_ram(pfn)

    def page(self, pfn):
        """Bytes of a present page; None stands for a page of zeroes."""
        return self.pages.get(pfn)
