# SPDX-License-Identifier: GPL-2.0-or-later
"""Changes that no reader of a dump can see: the new value is as legal as the old one."""
from kinds.fields import counts, put
from kinds.sections import has_device, pageblock_flags, pageblock_types, section, type_shifts
from kinds.tables import pick_leaf
from memmap import FLAGS, INDEX, PRIVATE, WORD2
from plan import Plan, kind, pick_page


def on_page(m, rng, letters, change):
    pfn = pick_page(m, rng, letters)
    return None if pfn is None else change(pfn)


@kind('legal-flag', invisible=True)
def legal_flag(m, rng):
    """PG_referenced, PG_dirty and PG_active come and go on pages of an LRU list."""
    bit = m.pg[rng.choice(['referenced', 'dirty', 'active'])]
    if bit is None:
        return None
    return on_page(m, rng, 'l', lambda p: put(m, p, FLAGS, m.word(p, FLAGS) ^ 1 << bit))


@kind('legal-refcount', invisible=True)
def legal_refcount(m, rng):
    """Anybody may hold a reference to a page in use."""
    return on_page(m, rng, 'ul', lambda p: counts(m, p, refcount=m.refcount(p) + rng.randint(1, 9)))


@kind('legal-leftover', invisible=True)
def legal_leftover(m, rng):
    """The allocator resets neither lru.prev, index nor private of a page inside a block."""
    index = rng.choice([WORD2, INDEX, PRIVATE])
    return on_page(m, rng, 'b', lambda p: put(m, p, index, rng.getrandbits(64)))


@kind('legal-padding', invisible=True)
def legal_padding(m, rng):
    """The last word is padding without CONFIG_MEMCG."""
    used = 'memcg_data', 'mem_cgroup', '_last_cpupid'
    if any(m.layout.offset('page', x) is not None for x in used):
        return None
    return on_page(m, rng, 'ulsbd', lambda p: put(m, p, 7, rng.getrandbits(64)))


@kind('legal-field-bit', invisible=True)
def legal_field(m, rng):
    """PAGE_FLAGS_CHECK_AT_PREP, and everybody else, looks at the flags and at the links. The
    bits between are fields (last CPU and PID, KASAN tag, generation) or nobody's: which,
    depends on the configuration, and no dump carries it."""
    bit = rng.randrange(m.page_flags, m.zone_shift)
    return on_page(m, rng, 'ul', lambda p: put(m, p, FLAGS, m.word(p, FLAGS) ^ 1 << bit))


@kind('legal-pageblock', invisible=True)
def legal_pageblock(m, rng):
    """Pageblocks change their type all the time."""
    s = section(m, rng)
    width = pageblock_types(m)[1]
    at, flags, size = pageblock_flags(m, s, width)
    shift = rng.choice(type_shifts(m, width))
    flags = flags & ~(7 << shift) | rng.randrange(3) << shift
    return Plan().write(at, flags.to_bytes(size, 'little')).on(f'section {s.nr}')


@kind('legal-entry-bit', invisible=True)
def legal_entry(m, rng):
    """The processor sets accessed and dirty, and nobody reads them here; nor bits that are
    the kernel's own."""
    leaf = pick_leaf(m, rng)
    bit = rng.choice(m.arch.unread)
    return leaf and Plan().entry(m, leaf.at, leaf.entry ^ bit).on(f'{leaf.pfn:#x}')


@kind('legal-taint', invisible=True)
def legal_taint(m, rng):
    """The taint stays when the device has gone."""
    if 'taint' not in m.flag:
        return None
    s = section(m, rng, lambda s: not has_device(m, s) and not s.word & m.flag['taint'])
    return s and Plan().word(s.at, s.word | m.flag['taint']).on(f'section {s.nr}')
