# SPDX-License-Identifier: GPL-2.0-or-later
"""Planned when the checks had learned from all other kinds, and not looked at again."""
from kinds.devices import as_ram
from kinds.fields import counts, one_page, put
from kinds.fills import bytewise, fill
from kinds.tables import altmap_missing, small
from memmap import COUNTS, FLAGS, SIZE, WORD1, WORD2
from plan import Plan, kind, pick_page
from rules import View, code_of


@kind('late-slab-poison', late=True)
def slab_poison(m, rng):
    """POISON_FREE (0x6b) of a slab: every struct page looks like a tail of nothing."""
    return bytewise(m, rng, 64, 0x6b, 'memmap-garbage')


@kind('late-pattern', late=True)
def pattern(m, rng):
    """Patterns of page_poison (0xaa) and of a debugger (0xcc): a negative reference count."""
    return bytewise(m, rng, 64, rng.choice([0xaa, 0xcc]), 'memmap-garbage')


@kind('late-counts-swapped', late=True)
def counts_swapped(m, rng):
    """_mapcount and _refcount in each other's place: a page in use that nobody maps."""
    def change(p):
        if m.mapcount(p) != 0xffffffff:
            return None
        return counts(m, p, mapcount=m.refcount(p), refcount=-1)
    return one_page(m, rng, 'ulr', change)


@kind('late-counts-bit', weight=3, late=True)
def counts_bit(m, rng):
    """Any bit of _mapcount and _refcount, of any page that is not a free block's head: what
    is to be seen of it is for rules.py to say."""
    pfn = pick_page(m, rng, rng.choice('ulsrfb'))
    if pfn is None:
        return None
    words = [m.word(pfn, i) for i in range(8)]
    words[COUNTS] ^= 1 << rng.randrange(64)
    view = View(m, {pfn: m.packed(words)})
    if view.buddy(pfn):
        # A false block over its neighbours
        return None
    code = code_of(view, pfn)
    plan = put(m, pfn, COUNTS, words[COUNTS])
    return plan.must(code, pfn, pfn + 1) if code else plan


@kind('late-links-bit', weight=3, late=True)
def links_bit(m, rng):
    """Any bit of the links of any page of RAM that is not reserved."""
    pfn = pick_page(m, rng, rng.choice('ulsfbBHt'))
    if pfn is None:
        return None
    flags = m.word(pfn, FLAGS) ^ 1 << rng.randrange(m.zone_shift, 64)
    node = flags >> 64 - m.nodes_width
    zone = flags >> m.zone_shift & (1 << m.zones_width) - 1
    plan = put(m, pfn, FLAGS, flags)
    return plan if m.spanned_by(node, zone, pfn) else plan.must('memmap-mislinked', pfn, pfn + 1)


@kind('late-exchanged', weight=2, late=True)
def exchanged(m, rng):
    """Two struct pages, one in use and one on an LRU list, in each other's place."""
    a, b = pick_page(m, rng, 'l'), pick_page(m, rng, 'u')
    # In a list of two each has one neighbour, of which nobody knows whom it should lead to
    if a is None or b is None or m.word(a, WORD1) == m.word(a, WORD2):
        return None
    view = View(m, {a: m.raw(b), b: m.raw(a)})
    plan = Plan().on(f'pfn {a:#x} and {b:#x}')
    for pfn, raw in view.pages.items():
        plan.writes += fill(m, pfn, pfn + 1, raw).writes
        code = code_of(view, pfn)
        if code:
            plan.must(code, pfn, pfn + 1)
    return plan


@kind('late-device-as-ram', late=True)
def device_as_ram(m, rng):
    """Pages of a device that were given to a zone of RAM: not reserved, and in use."""
    return as_ram(m, rng, 64, 0)


@kind('late-leaf-to-zeroes', late=True)
def leaf_to_zeroes(m, rng):
    """A 4 KiB entry to a reserved page that holds zeroes."""
    plan = Plan()
    found, frame = small(m, rng, plan), pick_page(m, rng, 'r')
    if not found or not m.dump.has(m.page * frame) or any(m.dump.read(m.page * frame, m.page)):
        return None
    pfn, at, entry = found
    if any(leaf.target <= m.page * frame < leaf.target + SIZE * leaf.pages for leaf in m.leaves):
        return None
    plan.entry(m, at, entry & ~m.arch.FRAME | m.page * frame)
    return altmap_missing(m, plan, pfn).on(
        f'{pfn:#x} to pfn {frame:#x}').must('memmap-zero', pfn, pfn + m.per_page)
