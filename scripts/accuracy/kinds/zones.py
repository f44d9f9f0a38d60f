# SPDX-License-Identifier: GPL-2.0-or-later
"""Zones and nodes."""
from plan import Plan, kind


def zone(m, rng):
    fit = [z for z in m.zones if z.present and z.spanned]
    return rng.choice(fit) if fit else None


def member(m, z, name):
    return m.field(z.at, 'zone', name)


def mislinked(m, plan, start, end):
    """The pages of RAM in a range that is out of its zone now. Reserved ones do not count:
    RAM that firmware gives to no node is reserved, and linked to a zone next to it."""
    pfn = start
    while pfn < end:
        first = pfn
        while pfn < end and m.here[pfn] and m.in_ram(pfn) and not m.has(pfn, 'reserved'):
            pfn += 1
        if pfn > first:
            plan.must('memmap-mislinked', first, pfn)
        pfn += pfn == first
    return plan


@kind('zone-present-high', weight=2)
def present_high(m, rng):
    """present_pages is spanned_pages without the holes."""
    z = zone(m, rng)
    value = z.spanned + rng.choice([1, rng.randint(1, 1 << 20), 1 << rng.randint(20, 62)])
    return Plan().word(member(m, z, 'present_pages'), value).on(z.name).must(
        'zone-span-excludes-present', z.start, z.start + z.spanned)


@kind('zone-span-short', weight=2)
def span_short(m, rng):
    """The same with a span that was cut below that: pages behind it link to a zone that
    does not span them."""
    z = zone(m, rng)
    value = rng.randint(1, z.present - 1)
    plan = Plan().word(member(m, z, 'spanned_pages'), value).on(f'{z.name}: {value:#x} pages')
    end = z.start + z.spanned
    return plan.must('zone-span-excludes-present', z.start, z.start + value).may(
        'memmap-mislinked', z.start + value, end).may('hole-mislinked', z.start + value, end)


@kind('zone-span-cut', weight=2)
def span_cut(m, rng):
    """update_pgdat_span() and grow_zone_span() keep all pages of a zone in its span."""
    z = zone(m, rng)
    slack = z.spanned - z.present
    end = z.start + z.spanned
    if slack < 1 or not m.in_ram(end - 1):
        return None
    cut = end - rng.randint(1, min(slack, 64))
    plan = Plan().word(member(m, z, 'spanned_pages'), cut - z.start).on(
        f'{z.name} ends at {cut:#x}')
    return mislinked(m, plan, cut, end)


@kind('node-span-cut', weight=2)
def node_span_cut(m, rng):
    """resize_pgdat_range() keeps the zones in their node."""
    z = max((z for z in m.zones if z.present), key=lambda z: z.start + z.spanned)
    nid = z.index[0]
    start = m.pointer(m.nodes[nid], 'pglist_data', 'node_start_pfn')
    value = z.start + rng.randint(1, z.spanned - 1) - start
    plan = Plan().word(m.field(m.nodes[nid], 'pglist_data', 'node_spanned_pages'), value)
    for x in m.zones:
        if x.index[0] == nid and x.spanned and x.start + x.spanned > start + value:
            plan.must('zone-span-excludes-present', x.start, x.start + x.spanned)
    return plan.on(f'node {nid}: {value:#x} pages')


@kind('zone-start-raised')
def start_raised(m, rng):
    """The same at the lower end. With its length unchanged, the zone may leave its node."""
    z = zone(m, rng)
    by = rng.randint(1, 64)
    pgdat = m.nodes[z.index[0]]
    end = m.pointer(pgdat, 'pglist_data', 'node_start_pfn') + m.pointer(
        pgdat, 'pglist_data', 'node_spanned_pages')
    plan = Plan().word(member(m, z, 'zone_start_pfn'), z.start + by).on(
        f'{z.name} from {z.start + by:#x}')
    mislinked(m, plan, z.start, z.start + by)
    # Behind its old end it spans what is linked elsewhere, by rule
    plan.may('hole-mislinked', z.start + z.spanned, z.start + z.spanned + by)
    if z.start + by + z.spanned > end:
        plan.must('zone-span-excludes-present', z.start + by, z.start + by + z.spanned)
    return plan


@kind('deferred-unfinished')
def deferred(m, rng):
    """deferred_init_memmap() leaves first_deferred_pfn ULONG_MAX."""
    if m.layout.offset('pglist_data', 'first_deferred_pfn') is None:
        return None
    nid = rng.choice(sorted(m.nodes))
    at = m.field(m.nodes[nid], 'pglist_data', 'first_deferred_pfn')
    start = m.pointer(m.nodes[nid], 'pglist_data', 'node_start_pfn')
    end = start + m.pointer(m.nodes[nid], 'pglist_data', 'node_spanned_pages')
    first = rng.randrange(start + 1, end) & ~511
    return Plan().word(at, first).on(f'node {nid}: {first:#x}').must(
        'deferred-init-unfinished', first, end)
