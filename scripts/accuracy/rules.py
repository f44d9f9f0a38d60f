# SPDX-License-Identifier: GPL-2.0-or-later
"""What a reader can say of a struct page, for faults whose words are not ours to choose.

Three answers: what the kernel's own checks call a bad page, or what it never writes,
is garbage; links to a zone that does not span the page are mislinked; a page that
stands the test alone, but whose pointers lead nowhere or whose list does not lead
back, is stale: it is of another life of this memory.
"""
from memmap import COUNTS, FLAGS, MAPPING, PRIVATE, SIZE, WORD1, WORD2

FILLS = {b'\xff': 'memmap-poisoned', b'\0': 'memmap-zero'}


class View:
    """A machine's memmap with some struct pages exchanged."""

    def __init__(self, m, pages):
        self.m, self.pages = m, pages

    def words(self, pfn):
        raw = self.pages.get(pfn)
        return self.m.named(raw if raw is not None else self.m.raw(pfn))

    def flag(self, pfn, name):
        bit = self.m.pg.get(name)
        return bit is not None and self.words(pfn)[FLAGS] >> bit & 1

    def buddy(self, pfn):
        return self.m.is_buddy(self.words(pfn)[COUNTS] & 0xffffffff)

    def head_of(self, pfn):
        word = self.m.head_word(self.words(pfn))
        if word is None:
            return None
        off = word - 1 - self.m.vmemmap
        return off // SIZE if 0 <= off < SIZE * self.m.top and off % SIZE == 0 else -1

    def canonical(self, va):
        return self.m.arch.kernel_address(va)

    def mapped(self, va):
        return va & 7 == 0 and self.m.walk(va)[1] is not None

    def u64(self, va):
        """A word of memory, seen through the exchanged pages."""
        off = va - self.m.vmemmap
        if 0 <= off < SIZE * self.m.top:
            return self.words(off // SIZE)[self.m.place.index(off % SIZE // 8)]
        return self.m.u64(self.m.pa(va))


def bad_type(m, mapcount):
    # Up to v4.17 it may be a count of something else
    if not m.types:
        return False
    if mapcount < 0x80000000 or mapcount == 0xffffffff:
        return False
    if not m.type_bits:
        return not 0xf0 <= mapcount >> 24 <= 0xfe
    return mapcount >> 28 != 0xf or ~mapcount & 0x0fffffff not in (0x80, 0x100, 0x200, 0x400, 0x600)


def garbage(view, pfn):
    m, w = view.m, view.words(pfn)
    mapcount, refcount = w[COUNTS] & 0xffffffff, w[COUNTS] >> 32
    if refcount >> 31 or bad_type(m, mapcount):
        return True
    head = view.head_of(pfn)
    if head is not None:
        if head < 0 or head >= pfn or not view.flag(head, 'head'):
            return True
        # Between a head and a tail there are tails of the same head
        if pfn - 1 != head and view.head_of(pfn - 1) != head:
            return True
    listed = view.buddy(pfn) or view.flag(pfn, 'lru') and not view.flag(pfn, 'unevictable')
    if listed and not all(view.canonical(w[i]) and w[i] & 7 == 0 for i in (WORD1, WORD2)):
        return True
    if view.flag(pfn, 'lru') and w[MAPPING] & ~3 and not view.canonical(w[MAPPING]):
        return True
    checked = (1 << m.page_flags) - 1
    for name in ('hwpoison', 'uptodate'):
        if m.pg[name] is not None:
            checked &= ~(1 << m.pg[name])
    if view.buddy(pfn):
        order = w[PRIVATE]
        return bool(refcount or order > m.max_order or pfn & (1 << order) - 1 or w[FLAGS] & checked)
    for order in range(1, m.max_order + 1):
        head = pfn & ~((1 << order) - 1)
        if head != pfn and view.buddy(head) and order <= view.words(head)[PRIVATE] <= m.max_order:
            return bool(refcount or mapcount != 0xffffffff or w[FLAGS] & checked)
    return False


def stale(view, pfn):
    w = view.words(pfn)
    if view.buddy(pfn) or view.flag(pfn, 'lru') and not view.flag(pfn, 'unevictable'):
        here = view.m.page_va(pfn) + view.m.lru_at
        if not view.mapped(w[WORD1]) or not view.mapped(w[WORD2]):
            return True
        if view.u64(w[WORD1] + 8) != here or view.u64(w[WORD2]) != here:
            return True
    if view.flag(pfn, 'lru') and not view.buddy(pfn):
        mapping = w[MAPPING] & ~3
        return bool(mapping) and not view.mapped(mapping)
    return False


def code_of(view, pfn):
    m, w = view.m, view.words(pfn)
    raw = m.packed(w)
    fills = {**FILLS, **dict([m.arch.unused] if m.arch.unused else [])}
    for byte, code in fills.items():
        if raw == byte * SIZE:
            return code
    if garbage(view, pfn):
        return 'memmap-garbage'
    node = w[FLAGS] >> 64 - m.nodes_width
    zone = w[FLAGS] >> m.zone_shift & (1 << m.zones_width) - 1
    if not m.spanned_by(node, zone, pfn):
        return 'memmap-mislinked'
    return 'memmap-stale' if stale(view, pfn) else None


def runs(view, start, end):
    """[(code, start, end)] of what is to be seen in a range."""
    found = []
    for pfn in range(start, end):
        code = code_of(view, pfn)
        if code and found and found[-1][0] == code and found[-1][2] == pfn:
            found[-1] = code, found[-1][1], pfn + 1
        elif code:
            found.append((code, pfn, pfn + 1))
    return found
