# SPDX-License-Identifier: GPL-2.0-or-later
"""Changes that no reader of a dump can see: the new value is as legal as the old one."""
from kinds.fields import counts, put
from kinds.sections import has_device, section
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
    if any(m.layout.offset('page', x) is not None for x in ('memcg_data', 'mem_cgroup', '_last_cpupid')):
        return None
    return on_page(m, rng, 'ulsbd', lambda p: put(m, p, 7, rng.getrandbits(64)))


@kind('legal-field-bit', invisible=True)
def legal_field(m, rng):
    """Between the flags and the lowest link there are fields (last CPU and PID, generation)
    whose every value is legal, and whose width no dump tells."""
    if not any(m.layout.symbol(s) for s in ('task_numa_fault', 'lru_gen_init_lruvec')):
        return None
    bit = rng.randrange(m.zone_shift - 8, m.zone_shift)
    return on_page(m, rng, 'ul', lambda p: put(m, p, FLAGS, m.word(p, FLAGS) ^ 1 << bit))


@kind('legal-pageblock', invisible=True)
def legal_pageblock(m, rng):
    """Pageblocks change their type all the time."""
    if m.layout.number('PB_migrate_isolate') is not None:
        return None
    s = section(m, rng)
    at = s.usage_pa + m.blocks_at + rng.randrange(32)
    return Plan().write(at, bytes([rng.randrange(3) | rng.randrange(3) << 4])).on(f'section {s.nr}')


@kind('legal-entry-bit', invisible=True)
def legal_entry(m, rng):
    """The processor sets accessed and dirty, and nobody reads them here."""
    leaf = pick_leaf(m, rng)
    return leaf and Plan().word(leaf.at, leaf.entry ^ rng.choice([0x20, 0x40])).on(f'{leaf.pfn:#x}')


@kind('legal-taint', invisible=True)
def legal_taint(m, rng):
    """The taint stays when the device has gone."""
    if 'taint' not in m.flag:
        return None
    s = section(m, rng, lambda s: not has_device(m, s) and not s.word & m.flag['taint'])
    return s and Plan().word(s.at, s.word | m.flag['taint']).on(f'section {s.nr}')
