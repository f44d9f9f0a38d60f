# SPDX-License-Identifier: GPL-2.0-or-later
"""Node and zone links in page->flags."""
from kinds.fields import put
from memmap import FLAGS
from plan import Plan, kind, pick_page, pick_run

RAM = 'BbHtsluf'


def flipped(m, rng, pfn, low, width):
    """The flags with one bit of a field flipped, unless the new zone spans the page."""
    flags = m.word(pfn, FLAGS) ^ 1 << low + rng.randrange(width)
    node = flags >> 64 - m.nodes_width
    zone = flags >> m.zone_shift & (1 << m.zones_width) - 1
    return None if m.spanned_by(node, zone, pfn) else flags


def relinked(m, a, b, node, zone):
    plan = Plan().on(f'pfn {a:#x}-{b:#x} to node {node}, zone {zone}')
    for pfn in range(a, b):
        flags = m.word(pfn, FLAGS) & ~m.link_mask() & (1 << 64) - 1
        plan.word(m.page_pa(pfn), flags | m.links(node, zone))
    return plan


@kind('zone-bit', weight=2)
def zone_bit(m, rng):
    """The zone of a page of RAM spans it."""
    pfn = pick_page(m, rng, RAM + 'r')
    flags = flipped(m, rng, pfn, m.zone_shift, m.zones_width)
    return flags and put(m, pfn, FLAGS, flags).must('memmap-mislinked', pfn, pfn + 1)


@kind('node-bit', weight=2)
def node_bit(m, rng):
    """The node of a page of RAM is there, and one of its zones spans it."""
    pfn = pick_page(m, rng, RAM + 'r')
    flags = flipped(m, rng, pfn, 64 - m.nodes_width, m.nodes_width)
    return flags and put(m, pfn, FLAGS, flags).must('memmap-mislinked', pfn, pfn + 1)


@kind('zone-run')
def zone_run(m, rng):
    """The same for neighbours: another life of this memory, or a miscomputed boundary."""
    found = pick_run(m, rng, 300, RAM)
    zone = rng.randrange(1 << m.zones_width)
    if not found or m.spanned_by(0, zone, found[0]) or m.spanned_by(0, zone, found[1] - 1):
        return None
    a, b = found
    return relinked(m, a, b, 0, zone).must('memmap-mislinked', a, b)


@kind('ram-to-device')
def ram_to_device(m, rng):
    """ZONE_DEVICE pages belong to a device pagemap."""
    found = pick_run(m, rng, 64, RAM)
    if not found or m.zone_device is None or m.spanned_by(0, m.zone_device, found[0]):
        return None
    a, b = found
    return relinked(m, a, b, 0, m.zone_device).must('memmap-mislinked', a, b)


@kind('hole-relinked')
def hole_relinked(m, rng):
    """init_unavailable_range() links the pages of a hole to the zone around it."""
    pfn = pick_page(m, rng, 'h')
    if pfn is None or not m.spanned_by(m.node_of(pfn), m.zone_of(pfn), pfn):
        return None
    zone = rng.randrange(1 << m.zones_width)
    if m.spanned_by(0, zone, pfn) or zone == m.zone_device:
        return None
    return relinked(m, pfn, pfn + 1, 0, zone).must('hole-mislinked', pfn, pfn + 1)
