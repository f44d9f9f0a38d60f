# SPDX-License-Identifier: GPL-2.0-or-later
"""Page table entries of the memmap."""

from memmap import SIZE
from plan import Plan, kind, pick_page


def readable(m, leaf):
    return m.here.find(0, leaf.pfn, leaf.pfn + leaf.pages) < 0 and not m.reserve_in(
        leaf.pfn, leaf.pfn + leaf.pages)


def pick_leaf(m, rng, level=None):
    fit = [x for x in m.leaves if readable(m, x) and level in (None, x.level)]
    return rng.choice(fit) if fit else None


def small(m, rng, plan):
    """A leaf of one page: (first pfn, where its entry is, the entry). Where large ones map the
    memmap, one of them is split into a table that is put in a page of nobody's."""
    leaf = pick_leaf(m, rng)
    if leaf is None:
        return None
    if leaf.level == 1:
        return leaf.pfn, leaf.at, leaf.entry
    table = pick_page(m, rng, 'f')
    if table is None or not m.dump.has(m.page * table):
        return None
    entries = 1 << m.arch.width(1)
    pte = m.arch.small(leaf.entry) | leaf.target
    for i in range(entries):
        plan.entry(m, m.page * table + 8 * i, pte + m.page * i)
    plan.entry(m, leaf.at, m.arch.table(m.page * table, leaf.level))
    i = rng.randrange(entries)
    return leaf.pfn + m.per_page * i, m.page * table + 8 * i, pte + m.page * i


def altmap_missing(m, plan, pfn):
    """A device's altmap has given out what backs nothing any more."""
    old = m.device_of(m.leaf_of(pfn).target // m.page)
    return plan.may('altmap-miscounted', *old.ranges[0]) if old else plan


def shows(m, plan):
    """The pages show what lies behind the new entry: each may be called what it looks like, and
    the blocks and compound pages that reach into them, too."""
    _, a, b = plan.expect[0]
    altmap_missing(m, plan, a)
    a, b = m.unit_of(a)[0], m.unit_of(b - 1)[1]
    for state in ('garbage', 'zero', 'poisoned', 'mislinked', 'stale', 'depopulated'):
        plan.may('memmap-' + state, a, b)
    return plan.may('hole-mislinked', a, b).may('pgmap-uninitialised', a, b)


def clear(m, leaf, entry):
    return Plan().entry(m, leaf.at, entry).on(
        f'level {leaf.level} entry of {leaf.pfn:#x}: {leaf.entry:#x} -> {entry:#x}').must(
        'memmap-unmapped', leaf.pfn, leaf.pfn + leaf.pages)


@kind('leaf-cleared', weight=2)
def leaf_cleared(m, rng):
    """pfn_valid() is true of the pages: their struct pages have to be mapped."""
    leaf = pick_leaf(m, rng)
    return leaf and clear(m, leaf, 0)


@kind('leaf-not-present', weight=2)
def leaf_not_present(m, rng):
    """The same with the rest of the entry in place: the processor asks one bit alone."""
    leaf = pick_leaf(m, rng)
    return leaf and clear(m, leaf, leaf.entry & ~m.arch.present)


@kind('small-leaves-cleared', weight=2)
def small_cleared(m, rng):
    """The same for a few entries of one page each."""
    plan = Plan()
    found = small(m, rng, plan)
    if not found:
        return None
    pfn, at, _ = found
    size = 8 << m.arch.width(1)
    count = min(rng.randint(1, 5), (size - at % size) // 8, (m.top - pfn) // m.per_page)
    if any(not m.here[p] for p in range(pfn, pfn + m.per_page * count, m.per_page)):
        return None
    for i in range(count):
        plan.entry(m, at + 8 * i, 0)
    return plan.on(f'entries of {pfn:#x}').must('memmap-unmapped', pfn, pfn + m.per_page * count)


@kind('table-cleared')
def table_cleared(m, rng):
    """An entry above the leaves: all of the memmap of a small machine is below one."""
    first = min(m.sections) * m.section_pages
    if len(m.sections) < max(m.sections) - min(m.sections) + 1 or m.here.find(0, first) >= 0:
        return None
    steps, last = m.walk(m.page_va(first))[0], m.walk(m.page_va(m.top - 1))[0]
    upper = [s for s in steps if s in last and 1 < s[0] < m.levels
             and not m.arch.is_leaf(s[2], s[0])]
    if not upper:
        return None
    level, at, entry = rng.choice(upper)
    value = entry & ~m.arch.present if rng.random() < .5 else 0
    return Plan().entry(m, at, value).on(f'level {level}').must('memmap-unmapped', first, m.top)


@kind('leaf-aliased', weight=2)
def leaf_aliased(m, rng):
    """Only the tail pages of HugeTLB and of DAX huge pages share memory."""
    plan = Plan()
    found = small(m, rng, plan)
    if not found:
        return None
    pfn, at, entry = found
    other = rng.choice([x for x in m.leaves if readable(m, x)])
    target = other.target + m.page * rng.randrange(other.pages // m.per_page)
    if target == entry & m.arch.FRAME:
        return None
    return shows(m, plan.entry(m, at, entry & ~m.arch.FRAME | target).on(
        f'{pfn:#x} to {target:#x}').must('memmap-aliased', pfn, pfn + m.per_page))


@kind('large-leaf-aliased')
def large_aliased(m, rng):
    """The same for a leaf above those of one page."""
    leaf, other = pick_leaf(m, rng, 2), pick_leaf(m, rng, 2)
    if not leaf or leaf == other:
        return None
    plan = Plan().entry(m, leaf.at, leaf.entry & ~m.arch.FRAME | other.target).on(
        f'{leaf.pfn:#x} to {other.target:#x}')
    return shows(m, plan.must('memmap-aliased', leaf.pfn, leaf.pfn + leaf.pages))


def moved(m, rng, letters, copy):
    """A leaf of one page to a page that somebody else has."""
    plan = Plan()
    found = small(m, rng, plan)
    frame = pick_page(m, rng, letters)
    if not found or frame is None:
        return None
    pfn, at, entry = found
    if copy:
        if not m.dump.has(m.page * frame):
            return None
        plan.write(m.page * frame, m.bytes[SIZE * pfn:SIZE * (pfn + m.per_page)])
    plan.entry(m, at, entry & ~m.arch.FRAME | m.page * frame)
    return altmap_missing(m, plan, pfn).on(
        f'{pfn:#x} to pfn {frame:#x} ({chr(m.cls[frame])})').must(
        'memmap-freed-but-mapped', pfn, pfn + m.per_page)


@kind('backing-free', weight=2)
def backing_free(m, rng):
    """The memory behind the memmap is reserved, or a device's. Here it is in the buddy
    allocator, with the struct pages still in it."""
    return moved(m, rng, 'Bb', True)


@kind('backing-lru')
def backing_lru(m, rng):
    """The same, given to a file or a process."""
    return moved(m, rng, 'l', True)


@kind('backing-slab')
def backing_slab(m, rng):
    """The same, given to a slab, whose objects are there now. What the struct pages look
    like depends on the objects."""
    plan = moved(m, rng, 's', False)
    if plan:
        shows(m, plan)
    return plan


@kind('large-backing-free')
def large_backing_free(m, rng):
    """The same for a leaf above those of one page, and a block as large."""
    leaf = pick_leaf(m, rng, 2)
    blocks = [p for p in m.of_class('B') if m.unit.get(p, 1) >= m.page // 8
              and m.dump.has(m.page * p)]
    if not leaf or not blocks or m.dump.form == 'kdump':
        return None
    frame = rng.choice(blocks)
    plan = Plan().entry(m, leaf.at, leaf.entry & ~m.arch.FRAME | m.page * frame)
    data = m.bytes[SIZE * leaf.pfn:SIZE * (leaf.pfn + leaf.pages)]
    return plan.write(m.page * frame, data).on(f'{leaf.pfn:#x} to pfn {frame:#x}').must(
        'memmap-freed-but-mapped', leaf.pfn, leaf.pfn + leaf.pages)


@kind('leaf-frame-bit', weight=2)
def frame_bit(m, rng):
    """One bit of the frame of an entry of one page, where it then names a free page, a page of a
    slab or of an LRU list: bad memory under a page table."""
    plan = Plan()
    found = small(m, rng, plan)
    if not found:
        return None
    pfn, at, entry = found
    value = entry ^ 1 << rng.randrange(m.page_shift, 32)
    frame = (value & m.arch.FRAME) // m.page
    if m.frame_class(m.page * frame) not in 'Bbls':
        return None
    plan.entry(m, at, value).on(f'{pfn:#x} to pfn {frame:#x}').must(
        'memmap-freed-but-mapped', pfn, pfn + m.per_page)
    return shows(m, plan)
