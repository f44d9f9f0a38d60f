# SPDX-License-Identifier: GPL-2.0-or-later
"""ZONE_DEVICE and device pagemaps."""
from kinds.fields import put
from memmap import SIZE, WORD1
from plan import Plan, kind, pick_page, pick_run


def ram_zone(m, a, b):
    """The first zone of RAM that spans [a, b), or None."""
    return next((z for z in m.zones if z.index[1] != m.zone_device
                 and z.start <= a and b <= z.start + z.spanned), None)


def as_ram(m, rng, pages, flags):
    """A run of a device's struct pages becomes single pages in use of a zone of RAM."""
    found = pick_run(m, rng, pages, 'd')
    zone = found and ram_zone(m, *found)
    if not zone:
        return None
    a, b = found
    plan = Plan().on(f'pfn {a:#x}-{b:#x}')
    for pfn in range(a, b):
        lru = m.page_va(pfn) + m.lru_at
        words = [flags | m.links(*zone.index), lru, lru, 0, 0, 0, 1 << 32 | 0xffffffff, 0]
        plan.write(m.page_pa(pfn), m.packed(words))
    return plan.must('pgmap-uninitialised', a, b)


@kind('device-not-initialised', weight=2)
def not_initialised(m, rng):
    """memmap_init_zone_device() was not there: the struct pages are what they were as a
    hole, reserved and linked to the zone that spans them."""
    return as_ram(m, rng, 300, 1 << m.pg['reserved'])


@kind('device-zone-lost')
def zone_lost(m, rng):
    """The same for the zone link alone."""
    pfn = pick_page(m, rng, 'd')
    zone = pfn is not None and ram_zone(m, pfn, pfn + 1)
    if not zone:
        return None
    flags = m.word(pfn, 0) & ~m.link_mask() & (1 << 64) - 1 | m.links(*zone.index)
    return put(m, pfn, 0, flags).must('pgmap-uninitialised', pfn, pfn + 1)


@kind('device-pgmap-wild')
def pgmap_wild(m, rng):
    """__init_zone_device_page() stores the pagemap in the page; NULL and what is no kernel
    address cannot be one."""
    pfn = pick_page(m, rng, 'd')
    if pfn is None or m.layout.offset('page', 'pgmap') != m.lru_at:
        return None
    value = rng.choice([0, rng.randrange(0, 1 << 46, 8), m.word(pfn, WORD1) ^ 1 << 62])
    return put(m, pfn, WORD1, value).must('memmap-garbage', pfn, pfn + 1)


@kind('altmap-count', weight=2)
def altmap_count(m, rng):
    """vmem_altmap.alloc is what altmap_alloc_block_buf() gave out."""
    fit = [d for d in m.devices if d.reserve[1]]
    if not fit:
        return None
    d = rng.choice(fit)
    at = m.altmap_field(d.at, 'alloc')
    return Plan().word(at, m.u64(at) + rng.randint(1, 500)).on(f'pagemap {d.at:#x}').must(
        'altmap-miscounted', *d.ranges[0])


@kind('device-gone')
def device_gone(m, rng):
    """memunmap_pages() takes the pagemap out of pgmap_array, and leaves ZONE_DEVICE pages
    behind where it frees no memmap. No kernel shrinks ZONE_DEVICE."""
    fit = [d for d in m.devices if not d.reserve[1] and len(d.ranges) == 1]
    if not fit:
        return None
    d = rng.choice(fit)
    plan = Plan().on(f'pagemap {d.at:#x}').must('memmap-stale', *d.ranges[0])
    for _, entry, at in m.pgmap_slots:
        if entry == d.at:
            plan.word(at, 0)
    return plan
