# SPDX-License-Identifier: GPL-2.0-or-later
"""One member of one struct page."""
from memmap import COUNTS, FLAGS, MAPPING, PRIVATE, WORD1, WORD2
from plan import Plan, kind, pick_page

ONE = 'memmap-garbage'


def put(m, pfn, index, value):
    old = m.word(pfn, index)
    value &= (1 << 64) - 1
    return Plan().word(m.page_pa(pfn) + 8 * m.place[index], value).on(
        f'pfn {pfn:#x} ({chr(m.cls[pfn])}) word {index}: {old:016x} -> {value:016x}')


def counts(m, pfn, mapcount=None, refcount=None):
    mapcount = m.mapcount(pfn) if mapcount is None else mapcount
    refcount = m.refcount(pfn) if refcount is None else refcount
    return put(m, pfn, COUNTS, (refcount & 0xffffffff) << 32 | mapcount & 0xffffffff)


def one_page(m, rng, letters, change, code=ONE):
    pfn = pick_page(m, rng, letters)
    if pfn is None:
        return None
    plan = change(pfn)
    return plan and plan.must(code, pfn, pfn + 1)


@kind('refcount-negative', weight=2)
def refcount_negative(m, rng):
    """page_ref_count() never falls below 0; put_page_testzero() checks it."""
    return one_page(m, rng, 'ulsHrd', lambda p: counts(m, p, refcount=-rng.randint(1, 1 << 31)))


@kind('free-refcount', weight=2)
def free_refcount(m, rng):
    """A page in the buddy allocator has no reference: get_page_unless_zero() cannot take
    one, and check_new_page_bad() calls it a bad page ("nonzero _refcount")."""
    return one_page(m, rng, 'B', lambda p: counts(m, p, refcount=rng.randint(1, 9)))


@kind('free-tail-refcount')
def free_tail_refcount(m, rng):
    """The same of a page further inside a free block."""
    return one_page(m, rng, 'b', lambda p: counts(m, p, refcount=rng.randint(1, 9)))


@kind('mapcount-garbage', weight=2)
def mapcount_garbage(m, rng):
    """_mapcount below -1 is a page type, and those have 0xf in the highest four bits."""
    return m.types and one_page(
        m, rng, 'ulsrd', lambda p: counts(m, p, mapcount=rng.randrange(0x80000000, 0xf0000000)))


@kind('mapcount-bit')
def mapcount_bit(m, rng):
    """One bit of _mapcount -1: below -1, and none of the page types."""
    if not m.types:
        return None
    bits = [*range(0, 7), *range(11, 28)] if m.type_bits else range(24)

    def change(p):
        if m.mapcount(p) != 0xffffffff:
            return None
        return counts(m, p, mapcount=0xffffffff ^ 1 << rng.choice(bits))
    return one_page(m, rng, 'ulr', change)


@kind('buddy-in-use')
def buddy_in_use(m, rng):
    """A page with references that is PageBuddy."""
    return one_page(m, rng, 'ul', lambda p: counts(m, p, mapcount=m.buddy))


@kind('free-flag', weight=2)
def free_flag(m, rng):
    """PAGE_FLAGS_CHECK_AT_PREP: free_pages_prepare() clears all flags but PG_hwpoison, and
    page reporting uses PG_uptodate alone. check_new_page_bad() looks at them."""
    skip = {m.pg[x] for x in ('hwpoison', 'reserved', 'uptodate', 'reported')}
    bits = [b for b in range(m.page_flags) if b not in skip]
    bit = rng.choice(bits)

    def change(p):
        # A copy of a huge page's head may be left at the start of a page of the memmap (HVO)
        if bit == m.pg['head'] and p % m.per_page == 0:
            return None
        return put(m, p, FLAGS, m.word(p, FLAGS) | 1 << bit)
    return one_page(m, rng, 'Bb', change)


@kind('free-reserved', weight=2)
def free_reserved(m, rng):
    """Nobody may free a reserved page."""
    return one_page(m, rng, 'Bb', lambda p: put(m, p, FLAGS, m.word(p, FLAGS)
                                                | 1 << m.pg['reserved']), 'reserved-disagreement')


def hwpoisoned(m, pfn):
    return put(m, pfn, FLAGS, m.word(pfn, FLAGS) | 1 << m.pg['hwpoison'])


def poison_count(m):
    symbol = m.layout.symbol('num_poisoned_pages')
    return None if symbol is None or m.pg['hwpoison'] is None else m.pa(symbol)


@kind('hwpoison-free')
def hwpoison_free(m, rng):
    """memory_failure() counts what it marks, and takes it off the free lists."""
    if poison_count(m) is None:
        return None
    pfn = pick_page(m, rng, 'Bb')
    return pfn and hwpoisoned(m, pfn).must('hwpoison-in-buddy', pfn, pfn + 1).must(
        'hwpoison-count', pfn, pfn + 1)


@kind('hwpoison-free-counted')
def hwpoison_free_counted(m, rng):
    """Up to v5.10 memory_failure() left a free page in its block: marked and counted."""
    at, pfn = poison_count(m), pick_page(m, rng, 'Bb')
    if at is None or pfn is None:
        return None
    return hwpoisoned(m, pfn).word(at, m.u64(at) + 1).must('hwpoison-in-buddy', pfn, pfn + 1)


@kind('hwpoison-uncounted')
def hwpoison_uncounted(m, rng):
    """SetPageHWPoison() goes with num_poisoned_pages_inc()."""
    if poison_count(m) is None:
        return None
    return one_page(m, rng, 'ul', lambda p: hwpoisoned(m, p), 'hwpoison-count')


@kind('hwpoison-counter')
def hwpoison_counter(m, rng):
    """A count without pages: there is no page to name."""
    at = poison_count(m)
    if at is None:
        return None
    return Plan().word(at, m.u64(at) + rng.randint(1, 1000)).on('num_poisoned_pages').must(
        'hwpoison-count', None, None)


def head_at(m):
    """Which word of a tail page names its head."""
    return WORD1 if m.pg['tail'] is None else PRIVATE


@kind('tail-misaligned')
def tail_misaligned(m, rng):
    """compound_head - 1 is the address of a struct page."""
    word = head_at(m)
    return one_page(m, rng, 't', lambda p: put(m, p, word, m.word(p, word)
                                               ^ 1 << rng.randint(1, 5)))


@kind('tail-elsewhere', weight=2)
def tail_elsewhere(m, rng):
    """The head that a tail names comes before it, is a head, and reaches to it."""
    def change(p):
        value = m.word(p, head_at(m)) ^ 1 << rng.randint(6, 62)
        head = (value - (value & 1) - m.vmemmap) // 64
        if 0 <= head < m.top and m.unit.get(head, 0) + head > p:
            return None
        return put(m, p, head_at(m), value)
    return one_page(m, rng, 't', change)


@kind('tail-lost')
def tail_lost(m, rng):
    """All pages of a compound page but the first are tails."""
    if m.pg['tail'] is not None:
        pfn = pick_page(m, rng, 't')
        if pfn is None:
            return None
        plan = put(m, pfn, FLAGS, m.word(pfn, FLAGS) & ~(1 << m.pg['tail']))
        # Without its second page it is the head that is alone
        bad = pfn - (m.head_of(pfn) == pfn - 1)
        return plan.must(ONE, bad, bad + 1)
    return one_page(m, rng, 't', lambda p: put(m, p, WORD1, m.word(p, WORD1) & ~1))


@kind('head-lost')
def head_lost(m, rng):
    """Tails name a page with PG_head."""
    pfn = pick_page(m, rng, 'H')
    if pfn is None:
        return None
    return put(m, pfn, FLAGS, m.word(pfn, FLAGS) & ~(1 << m.pg['head'])).must(
        ONE, pfn + 1, pfn + m.unit[pfn])


@kind('head-alone')
def head_alone(m, rng):
    """The page after a head is its tail."""
    return one_page(m, rng, 'ul', lambda p: put(m, p, FLAGS, m.word(p, FLAGS) | 1 << m.pg['head']))


@kind('buddy-order-huge')
def buddy_order_huge(m, rng):
    """page_private() of a free block is its order, at most MAX_PAGE_ORDER."""
    pfn = pick_page(m, rng, 'B')
    if pfn is None:
        return None
    a, b = m.unit_of(pfn)
    return put(m, pfn, PRIVATE, rng.choice([m.max_order + 1, 64, 1 << rng.randint(5, 63)])).must(
        ONE, pfn, pfn + 1).may('buddy-block-leaked', a, b)


@kind('buddy-order-misaligned')
def buddy_order_misaligned(m, rng):
    """A block of order n begins at a multiple of 2^n pages."""
    pfn = pick_page(m, rng, 'B')
    if not pfn:
        return None
    low = (pfn & -pfn).bit_length() - 1
    if low >= m.max_order:
        return None
    a, b = m.unit_of(pfn)
    return put(m, pfn, PRIVATE, rng.randint(low + 1, m.max_order)).must(ONE, pfn, pfn + 1).may(
        'buddy-block-leaked', a, b)


def listed(m, pfn):
    """Whether a free block is on a list: those of made machines are on none."""
    return m.word(pfn, WORD1) != m.page_va(pfn) + m.lru_at


@kind('buddy-lost', weight=2)
def buddy_lost(m, rng):
    """A page on a free list is PageBuddy. Without it its block is free and cannot be
    found by its neighbours; only a walk of the lists tells it from a per-CPU page."""
    pfn = pick_page(m, rng, 'B')
    if pfn is None or not listed(m, pfn):
        return None
    return counts(m, pfn, mapcount=0xffffffff).must('buddy-block-leaked', *m.unit_of(pfn))


@kind('buddy-unlinked', weight=2)
def buddy_unlinked(m, rng):
    """A PageBuddy page is on the free list of its order. Its neighbours were made to pass
    it by: nobody will ever allocate it."""
    pfn = pick_page(m, rng, 'B')
    if pfn is None or not listed(m, pfn):
        return None
    after, before = m.word(pfn, WORD1), m.word(pfn, WORD2)
    return Plan().word(m.pa(after + 8), before).word(m.pa(before), after).on(
        f'pfn {pfn:#x}, order {m.word(pfn, PRIVATE)}').must('buddy-block-leaked', *m.unit_of(pfn))


@kind('buddy-list-pointer')
def buddy_list_pointer(m, rng):
    """The list pointers of a free block are addresses of list heads: kernel addresses, by 8."""
    index = rng.choice([WORD1, WORD2])
    bit = rng.choice([1, 2, 58, 59, 60, 61, 62, 63])
    return one_page(m, rng, 'B', lambda p: put(m, p, index, m.word(p, index) ^ 1 << bit))


@kind('mapping-wild')
def mapping_wild(m, rng):
    """page->mapping of a page on an LRU list is a kernel address, with two bits of type."""
    bit = rng.choice([58, 59, 60, 61, 62, 63])

    def change(p):
        return put(m, p, MAPPING, m.word(p, MAPPING) ^ 1 << bit) if m.word(p, MAPPING) else None
    return one_page(m, rng, 'l', change)
