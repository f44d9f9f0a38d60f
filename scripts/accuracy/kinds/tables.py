# SPDX-License-Identifier: GPL-2.0-or-later
"""Page table entries of the memmap."""
import struct

from dumpfile import PAGE, NotInDump
from memmap import SIZE
from plan import Plan, kind, pick_page

PER = PAGE // SIZE
TABLE = 0x8000000000000063


def readable(m, leaf):
    return m.here.find(0, leaf.pfn, leaf.pfn + leaf.pages) < 0 and not m.reserve_in(
        leaf.pfn, leaf.pfn + leaf.pages)


def pick_leaf(m, rng, level=None):
    fit = [x for x in m.leaves if readable(m, x) and level in (None, x.level)]
    return rng.choice(fit) if fit else None


def small(m, rng, plan):
    """A 4 KiB leaf: (first pfn, where its entry is, the entry). Where large ones map the
    memmap, one of them is split into a table that is put in a page of nobody's."""
    leaf = pick_leaf(m, rng)
    if leaf is None:
        return None
    if leaf.level == 1:
        return leaf.pfn, leaf.at, leaf.entry
    table = pick_page(m, rng, 'f')
    if table is None or not m.dump.has(PAGE * table):
        return None
    pte = leaf.entry & ~0x80 & 0x8000000000000fff | leaf.target
    plan.write(PAGE * table, struct.pack('<512Q', *(pte + PAGE * i for i in range(512))))
    plan.word(leaf.at, PAGE * table | TABLE & 0xfff)
    i = rng.randrange(512)
    return leaf.pfn + PER * i, PAGE * table + 8 * i, pte + PAGE * i


def shows(m, plan):
    """The pages show what lies behind the new entry: each may be called what it looks like.
    A device's altmap has given out what backs nothing any more."""
    _, a, b = plan.expect[0]
    old = m.device_of(m.leaf_of(a).target // PAGE)
    if old:
        plan.may('altmap-miscounted', *old.ranges[0])
    for state in ('garbage', 'zero', 'poisoned', 'mislinked', 'stale', 'depopulated'):
        plan.may('memmap-' + state, a, b)
    return plan.may('hole-mislinked', a, b).may('pgmap-uninitialised', a, b)


def clear(m, leaf, entry):
    return Plan().word(leaf.at, entry).on(
        f'level {leaf.level} entry of {leaf.pfn:#x}: {leaf.entry:#x} -> {entry:#x}').must(
        'memmap-unmapped', leaf.pfn, leaf.pfn + leaf.pages)


@kind('leaf-cleared', weight=2)
def leaf_cleared(m, rng):
    """pfn_valid() is true of the pages: their struct pages have to be mapped."""
    leaf = pick_leaf(m, rng)
    return leaf and clear(m, leaf, 0)


@kind('leaf-not-present', weight=2)
def leaf_not_present(m, rng):
    """The same with the rest of the entry in place: the processor asks bit 0 alone."""
    leaf = pick_leaf(m, rng)
    return leaf and clear(m, leaf, leaf.entry & ~1)


@kind('small-leaves-cleared', weight=2)
def small_cleared(m, rng):
    """The same for a few 4 KiB entries."""
    plan = Plan()
    found = small(m, rng, plan)
    if not found:
        return None
    pfn, at, _ = found
    count = min(rng.randint(1, 5), (PAGE - at % PAGE) // 8)
    if any(not m.here[p] for p in range(pfn, pfn + PER * count, PER)):
        return None
    for i in range(count):
        plan.word(at + 8 * i, 0)
    return plan.on(f'entries of {pfn:#x}').must('memmap-unmapped', pfn, pfn + PER * count)


@kind('table-cleared')
def table_cleared(m, rng):
    """An entry above the leaves: all of the memmap of a small machine is below one."""
    steps = m.walk(m.vmemmap)[0]
    upper = [s for s in steps if s[0] in (3, 4) and s[0] < m.levels]
    if not upper or 0 not in m.sections or m.here.find(0) >= 0:
        return None
    level, at, entry = rng.choice(upper)
    return Plan().word(at, entry & ~1 if rng.random() < .5 else 0).on(f'level {level}').must(
        'memmap-unmapped', 0, m.top)


@kind('leaf-aliased', weight=2)
def leaf_aliased(m, rng):
    """Only the tail pages of HugeTLB and of DAX huge pages share memory."""
    plan = Plan()
    found = small(m, rng, plan)
    if not found:
        return None
    pfn, at, entry = found
    other = rng.choice([x for x in m.leaves if readable(m, x)])
    target = other.target + PAGE * rng.randrange(other.pages // PER)
    if target == entry & 0x000ffffffffff000:
        return None
    return shows(m, plan.word(at, entry & ~0x000ffffffffff000 | target).on(
        f'{pfn:#x} to {target:#x}').must('memmap-aliased', pfn, pfn + PER))


@kind('large-leaf-aliased')
def large_aliased(m, rng):
    """The same for a 2 MiB leaf."""
    leaf, other = pick_leaf(m, rng, 2), pick_leaf(m, rng, 2)
    if not leaf or leaf == other:
        return None
    plan = Plan().word(leaf.at, leaf.entry & ~0x000ffffffffff000 | other.target).on(
        f'{leaf.pfn:#x} to {other.target:#x}')
    return shows(m, plan.must('memmap-aliased', leaf.pfn, leaf.pfn + leaf.pages))


def moved(m, rng, letters, copy):
    """A 4 KiB leaf to a page that somebody else has."""
    plan = Plan()
    found = small(m, rng, plan)
    frame = pick_page(m, rng, letters)
    if not found or frame is None:
        return None
    pfn, at, entry = found
    if copy:
        if not m.dump.has(PAGE * frame):
            return None
        plan.write(PAGE * frame, m.bytes[SIZE * pfn:SIZE * (pfn + PER)])
    plan.word(at, entry & ~0x000ffffffffff000 | PAGE * frame)
    return plan.on(f'{pfn:#x} to pfn {frame:#x} ({chr(m.cls[frame])})').must(
        'memmap-freed-but-mapped', pfn, pfn + PER)


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
    """The same for a 2 MiB leaf and a block of order 9 or more."""
    leaf = pick_leaf(m, rng, 2)
    blocks = [p for p in m.of_class('B') if m.unit.get(p, 1) >= 512 and m.dump.has(PAGE * p)]
    if not leaf or not blocks or m.dump.form == 'kdump':
        return None
    frame = rng.choice(blocks)
    plan = Plan().word(leaf.at, leaf.entry & ~0x000ffffffffff000 | PAGE * frame)
    data = m.bytes[SIZE * leaf.pfn:SIZE * (leaf.pfn + leaf.pages)]
    return plan.write(PAGE * frame, data).on(f'{leaf.pfn:#x} to pfn {frame:#x}').must(
        'memmap-freed-but-mapped', leaf.pfn, leaf.pfn + leaf.pages)


@kind('leaf-frame-bit', weight=2)
def frame_bit(m, rng):
    """One bit of the frame of a 4 KiB entry, where it then names a free page, a page of a
    slab or of an LRU list: bad memory under a page table."""
    plan = Plan()
    found = small(m, rng, plan)
    if not found:
        return None
    pfn, at, entry = found
    value = entry ^ 1 << rng.randrange(12, 32)
    frame = value >> 12 & (1 << 40) - 1
    if m.frame_class(PAGE * frame) not in 'Bbls':
        return None
    plan.word(at, value).on(f'{pfn:#x} to pfn {frame:#x}').must(
        'memmap-freed-but-mapped', pfn, pfn + PER)
    return shows(m, plan)
