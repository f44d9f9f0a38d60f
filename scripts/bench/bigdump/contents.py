# SPDX-License-Identifier: GPL-2.0-or-later
"""What the memmap of a section holds: 32768 struct pages of v5.10, 2 MiB.

A struct page has eight words:

    0 flags  1 lru.next, compound_head or pgmap  2 lru.prev  3 mapping
    4 index  5 private  6 _mapcount and _refcount  7 memcg_data

A template is built once for each kind of section, and kept as one large integer,
so that one multiplication and one addition give the section at another place:
to each word that says where it is, the distance is added. No word overflows.
"""

from array import array

PAGES = 32768
BYTES = 64 * PAGES

UPTODATE, LRU, SLAB, RESERVED, HEAD, SWAPBACKED = (1 << bit for bit in (2, 4, 9, 12, 16, 19))
POISON1, POISON2 = 0xdead000000000100, 0xdead000000000122
TAIL_MAPPING = 0xdead000000000400
MAX_ORDER = 10
NODE_SHIFT, ZONE_SHIFT = 58, 56     # 64 nodes, 4 zones


def links(node, zone):
    return node << NODE_SHIFT | zone << ZONE_SHIFT


def counts(mapcount, refcount):
    return mapcount & 0xffffffff | refcount << 32


def struct_page(flags=0, lru=(POISON1, POISON2), mapping=0, index=0, private=0, mapcount=-1,
                refcount=1):
    return (flags, *lru, mapping, index, private, counts(mapcount, refcount), 0)


def pack(pages):
    return array("Q", [word for page in pages for word in page]).tobytes()


class Template:
    """moves: of each word, how often the distance is added to it."""

    def __init__(self, pages, moves):
        self.base = int.from_bytes(pack(pages), "little")
        self.moves = int.from_bytes(pack(moves), "little")
        self.links = int.from_bytes(pack([(1,) + (0,) * 7] * PAGES), "little")

    def at(self, distance, flags):
        return (self.base + self.moves * distance + self.links * flags).to_bytes(BYTES, "little")


class Contents:
    """Sections by key: (kind, node, zone, number). What a kind of section holds
    that does not know its place differs by number alone."""

    def __init__(self, vmemmap, direct, buddy):
        self.vmemmap, self.direct, self.buddy = vmemmap, direct, buddy
        self.templates = {"ram": self.placeless(), "place": self.placed(),
                          "reserved": self.even(struct_page(RESERVED))}

    def add_device(self, kind, pgmap):
        """__init_zone_device_page(): the pgmap in lru.next, no list."""
        self.templates[kind] = self.even(struct_page(RESERVED, (pgmap, 0)))

    def section(self, key):
        kind, node, zone, number = key
        distance = BYTES * number if kind == "place" else number << 12
        return self.templates[kind].at(distance, links(node, zone))

    @staticmethod
    def even(page):
        return Template([page] * PAGES, [(0,) * 8] * PAGES)

    def placeless(self):
        """Pages in use and on no list: the kernel's own, the page cache's and
        anonymous ones that are isolated, slabs of one page."""
        pages, moves = [], []
        for i in range(PAGES):
            kind = i >> 4 & 3
            moved = (0,) * 8
            if kind == 0:
                page = struct_page(private=i)
            elif kind == 1:
                page = struct_page(UPTODATE, mapping=self.direct + (i << 9 & 0xfffe00),
                                   index=i, refcount=2, mapcount=0)
                moved = (0, 0, 0, 0, 1, 0, 0, 0)
            elif kind == 2:
                page = struct_page(UPTODATE | SWAPBACKED, index=0x7f0000000 + 3 * i, mapcount=0,
                                   mapping=self.direct + (i << 7 & 0xfffe00) | 1)
                moved = (0, 0, 0, 0, 1, 0, 0, 0)
            else:
                page = struct_page(SLAB, mapping=self.direct + 0x6000, private=0x80150000 | i & 31)
            pages.append(page)
            moves.append(moved)
        return Template(pages, moves)

    def placed(self):
        """A machine that has been up for a while, 4 MiB by 4 MiB: free blocks,
        huge pages, anonymous pages and page cache on their lists, and what has no
        list. The lists are rings of 1024 pages."""
        pages, moves = [], []
        for block in range(PAGES >> MAX_ORDER):
            first = block << MAX_ORDER
            for i in range(first, first + (1 << MAX_ORDER)):
                page, moved = self.placed_page(block, first, i)
                pages.append(page)
                moves.append(moved)
        return Template(pages, moves)

    def placed_page(self, block, first, i):
        def lru(pfn):
            return self.vmemmap + 64 * pfn + 8
        mine = (lru(i), lru(i))
        on_list = (0, 1, 1, 0, 0, 0, 0, 0)
        if block % 4 == 0:
            if i == first:
                return struct_page(0, mine, private=MAX_ORDER, mapcount=self.buddy,
                                   refcount=0), on_list
            return struct_page(0, mine, refcount=0), on_list
        if block % 4 == 1:
            head = i & ~511
            if i == head:
                return struct_page(UPTODATE | SWAPBACKED | HEAD, mapping=self.direct + 0x5b41,
                                   index=0x7f0000000 + i, refcount=512), (0,) * 8
            # The first tail has what the compound page has but once.
            rest = (9 << 8 | 1, TAIL_MAPPING) if i == head + 1 else (0, TAIL_MAPPING)
            page = struct_page(0, (self.vmemmap + 64 * head | 1, rest[0]), rest[1], refcount=0)
            return page, (0, 1, 0, 0, 0, 0, 0, 0)
        if block % 4 == 2:
            ring = ((i + 1) % 1024, (i - 1) % 1024)
            anon = block % 8 == 2
            page = struct_page(UPTODATE | LRU | (SWAPBACKED if anon else 0),
                               tuple(lru(first + at) for at in ring),
                               self.direct + (i << 6 & 0xfff00) + (1 if anon else 0),
                               5 * i, mapcount=i % 3 - 1, refcount=1 + i % 3)
            return page, (0, 1, 1, 0, 1, 0, 0, 0)
        return struct_page(private=i), (0,) * 8
