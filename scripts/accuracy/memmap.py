# SPDX-License-Identifier: GPL-2.0-or-later
"""Every struct page of a dump, what it is in the kernel's eyes, and what maps it.

The class of a page is one letter:
	B b	head, and other pages, of a block in the buddy allocator
	H t	head and tails of a compound page
	s l	a single slab page, a single page on an LRU list
	u	in use by somebody else		f	refcount 0, in no block: per-CPU lists
	r	PG_reserved RAM			h	PG_reserved, not RAM
	d	ZONE_DEVICE			x	no struct page that the dump holds
	o	all ones: added, not yet initialised
"""
import struct

from dumpfile import NotInDump
from machine import Leaf, Machine

SIZE = 64
# Words of a struct page by what they hold; where they are is Memmap.place
FLAGS, WORD1, WORD2, MAPPING, INDEX, PRIVATE, COUNTS, MEMCG = range(8)


class Memmap(Machine):
    def __init__(self, dump, vmlinux=None):
        super().__init__(dump, vmlinux)
        self._places()
        self._leaves()
        self._classify()

    def _places(self):
        """Up to v4.17 lru comes after the counts, and mapping and index before them."""
        at = lambda member: self.layout.offset('page', member)
        members = [at(m) for m in ('lru', 'mapping', 'index', 'private', '_mapcount')]
        self.place = list(range(8))
        if None not in members:
            lru, mapping, index, private, counts = (x // 8 for x in members)
            self.place = [0, lru, lru + 1, mapping, index, private, counts]
            self.place += set(range(8)) - set(self.place)
        self.lru_at = 8 * self.place[WORD1]
        self.counts_at = 8 * self.place[COUNTS]

    def packed(self, words):
        """A struct page of words in the order of their names."""
        out = [0] * 8
        for index, word in enumerate(words):
            out[self.place[index]] = word
        return struct.pack('<8Q', *out)

    def named(self, raw):
        """The words of a struct page in the order of their names."""
        words = struct.unpack('<8Q', raw)
        return tuple(words[i] for i in self.place)

    # The mapping

    def _leaves(self):
        self.leaves = []
        self.per_page = self.page // SIZE
        top = max(self.sections) * self.section_pages + self.section_pages
        self.bytes = bytearray(SIZE * top)
        self.here = bytearray(top)
        for nr in sorted(self.sections):
            pfn, end = self.section_range(nr)
            while pfn < end:
                steps, target = self.walk(self.vmemmap + SIZE * pfn)
                level, at, entry = steps[-1]
                pages = (1 << self.arch.shift(level)) // SIZE
                # Small sections of large pages may share a leaf
                pages = min(pages - pfn % pages, end - pfn)
                if target is not None:
                    self._leaf(Leaf(pfn, pages, at, entry, target, level))
                    self._read(pfn, pages, target)
                pfn += pages
        self.words = memoryview(self.bytes).cast('Q')
        self.top = top
        # arm64 had a pfn_valid() of its own up to v5.13: what is no memory to memblock has no
        # struct page, whatever the section has.
        if self.layout.symbol('pfn_valid'):
            for pfn in range(top):
                self.here[pfn] &= self.in_ram(pfn)

    def _leaf(self, leaf):
        """One leaf may map the memmap of several sections."""
        last = self.leaves[-1] if self.leaves else None
        if last and last.at == leaf.at and last.pfn + last.pages == leaf.pfn:
            self.leaves[-1] = last._replace(pages=last.pages + leaf.pages)
        else:
            self.leaves.append(leaf)

    def _read(self, pfn, pages, target):
        for off in range(0, SIZE * pages, self.page):
            size = min(self.page, SIZE * pages - off)
            try:
                data = self.dump.read(target + off, size)
            except NotInDump:
                continue
            self.bytes[SIZE * pfn + off:SIZE * pfn + off + size] = data
            self.here[pfn + off // SIZE:pfn + (off + size) // SIZE] = b'\1' * (size // SIZE)

    def leaf_of(self, pfn):
        for leaf in self.leaves:
            if leaf.pfn <= pfn < leaf.pfn + leaf.pages:
                return leaf
        return None

    def page_pa(self, pfn):
        leaf = self.leaf_of(pfn)
        return leaf.target + SIZE * (pfn - leaf.pfn)

    def page_va(self, pfn):
        return self.vmemmap + SIZE * pfn

    # Struct pages

    def word(self, pfn, index):
        return self.words[8 * pfn + self.place[index]]

    def raw(self, pfn):
        return bytes(self.bytes[SIZE * pfn:SIZE * pfn + SIZE])

    def has(self, pfn, flag):
        bit = self.pg.get(flag)
        return bit is not None and bool(self.word(pfn, FLAGS) >> bit & 1)

    def mapcount(self, pfn):
        return self.word(pfn, COUNTS) & 0xffffffff

    def refcount(self, pfn):
        return struct.unpack_from('<i', self.bytes, SIZE * pfn + self.counts_at + 4)[0]

    def node_of(self, pfn):
        return self.word(pfn, FLAGS) >> 64 - self.nodes_width

    def zone_of(self, pfn):
        return self.word(pfn, FLAGS) >> self.zone_shift & (1 << self.zones_width) - 1

    def links(self, node, zone):
        return node << 64 - self.nodes_width | zone << self.zone_shift

    def link_mask(self):
        return ~((1 << self.zone_shift) - 1) & (1 << 64) - 1

    def head_word(self, words):
        """The address of the head plus 1 that a tail page has, or None. Up to v4.3 it is of
        PG_tail, and in first_page, where others have private data."""
        if self.pg['tail'] is not None:
            return words[PRIVATE] + 1 if words[FLAGS] >> self.pg['tail'] & 1 else None
        return words[WORD1] if words[WORD1] & 1 else None

    def head_of(self, pfn):
        """The head that a tail page names, or None."""
        word = self.head_word([self.word(pfn, i) for i in range(8)])
        if word is None:
            return None
        va = word - 1
        if word >> 44 == (1 << 20) - 1 and self.layout.info.offset('page', 'compound_info'):
            va = self.page_va(pfn) & (word - 1)
        off = va - self.vmemmap
        return off // SIZE if 0 <= off < len(self.bytes) and off % SIZE == 0 else -1

    def is_slab(self, pfn):
        if 'slab' in self.pg:
            return self.has(pfn, 'slab')
        return self.mapcount(pfn) >> 24 == 0xf5

    def _classify(self):
        cls = bytearray(b'x' * self.top)
        self.unit = {}
        device = self.zone_device
        inside = bytearray(self.top)
        for a, b in self.ram:
            inside[a:min(b, self.top)] = b'\1' * max(0, min(b, self.top) - a)
        pfn = 0
        while pfn < self.top:
            if not self.here[pfn]:
                pfn += 1
                continue
            span = 1
            if self.raw(pfn) == b'\xff' * SIZE:
                kind = b'o'
            elif device is not None and self.zone_of(pfn) == device:
                kind = b'd'
            elif self.is_buddy(self.mapcount(pfn)):
                span = 1 << min(self.word(pfn, PRIVATE), self.max_order)
                kind = b'B'
                cls[pfn + 1:pfn + span] = b'b' * (min(pfn + span, self.top) - pfn - 1)
            elif self.has(pfn, 'head') and pfn + 1 < self.top and self.head_of(pfn + 1) == pfn:
                while pfn + span < self.top and self.here[pfn + span] \
                        and self.head_of(pfn + span) == pfn:
                    span += 1
                kind = b'H'
                cls[pfn + 1:pfn + span] = b't' * (span - 1)
            elif self.head_of(pfn) is not None:
                kind = b't'
            elif self.has(pfn, 'reserved'):
                kind = b'r' if inside[pfn] else b'h'
            elif self.is_slab(pfn):
                kind = b's'
            elif self.has(pfn, 'lru'):
                kind = b'l'
            elif self.refcount(pfn) > 0:
                kind = b'u'
            else:
                kind = b'f'
            cls[pfn:pfn + 1] = kind
            if span > 1:
                self.unit[pfn] = span
            pfn += span
        self.cls = bytes(cls)
        self.by_class = {}

    def of_class(self, letters):
        """All PFNs of some classes."""
        if letters not in self.by_class:
            want = letters.encode()
            self.by_class[letters] = [p for p, c in enumerate(self.cls) if c in want]
        return self.by_class[letters]

    def unit_of(self, pfn):
        """[start, end) of the block or compound page that a page belongs to."""
        at = pfn
        if chr(self.cls[pfn]) in 'bt':
            while chr(self.cls[at]) in 'bt':
                at -= 1
        return at, at + self.unit.get(at, 1)

    def frame_class(self, pa):
        pfn = pa // self.page
        return chr(self.cls[pfn]) if pfn < self.top else 'x'
