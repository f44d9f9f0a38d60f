# SPDX-License-Identifier: GPL-2.0-or-later
"""struct mem_section, its usage, and the memory block that speaks for it."""
from plan import Plan, kind


def section(m, rng, want=lambda s: True):
    fit = [s for s in m.sections.values() if want(s)]
    return rng.choice(fit) if fit else None


def device_part(m, start, end):
    """What device pagemaps cover of a range, as one range."""
    parts = [(max(a, start), min(b, end)) for d in m.devices for a, b in d.ranges]
    parts = [(a, b) for a, b in parts if a < b]
    return (min(a for a, _ in parts), max(b for _, b in parts)) if parts else None


def has_device(m, s):
    return device_part(m, *m.section_range(s.nr)) is not None


def set_word(m, s, value, code):
    plan = Plan().word(s.at, value).on(f'section {s.nr}: {s.word:#x} -> {value:#x}')
    return plan.must(code, *m.section_range(s.nr))


def online_block(m, s):
    """Whether this section is in a memory block that is online."""
    return any(b.first <= s.nr < b.first + b.count and b.state == m.mem_online for b in m.blocks)


@kind('section-base-bit', weight=2)
def base_bit(m, rng):
    """With SPARSEMEM_VMEMMAP the masked section_mem_map is the same in all sections."""
    s = section(m, rng)
    low = m.section_flags.bit_length()
    return set_word(m, s, s.word ^ 1 << rng.randrange(low, 64), 'section-mislinked')


@kind('section-base-other')
def base_other(m, rng):
    """The same, with the memmap of another boot or another kernel."""
    s = section(m, rng)
    bases = m.arch.elsewhere, m.vmemmap ^ 1 << 36, m.vmemmap ^ rng.randrange(1, 512) << 30
    base = rng.choice([x for x in bases if x != m.vmemmap])
    return set_word(m, s, base | s.word & m.section_flags, 'section-mislinked')


@kind('section-present-lost', weight=2)
def present_lost(m, rng):
    """A section with a memmap is present."""
    s = section(m, rng)
    return set_word(m, s, s.word & ~m.flag['present'], 'section-flags-illegal')


@kind('section-map-lost', weight=2)
def map_lost(m, rng):
    """An online or early section has a memmap."""
    s = section(m, rng, lambda s: s.word & (m.flag.get('online', 0) | m.flag.get('early', 0)))
    if not s:
        return None
    plan = set_word(m, s, s.word & ~m.flag['map'], 'section-flags-illegal')
    part = device_part(m, *m.section_range(s.nr))
    # pfn_valid() is false for a device's pages then
    return plan.may('subsection-vs-pgmap', *part) if part else plan


@kind('section-offline', weight=2)
def offline(m, rng):
    """online_mem_sections() and memory_block_change_state() go together."""
    s = section(m, rng, lambda s: online_block(m, s) and s.word & m.flag['online'])
    return s and set_word(m, s, s.word & ~m.flag['online'], 'memory-block-vs-section')


@kind('section-gone', weight=2)
def gone(m, rng):
    """remove_memory_block_devices() comes before sparse_remove_section()."""
    s = section(m, rng, lambda s: online_block(m, s) and s.word & m.flag['online'])
    if not s:
        return None
    plan = set_word(m, s, 0, 'memory-block-vs-section')
    part = device_part(m, *m.section_range(s.nr))
    return plan.may('subsection-vs-pgmap', *part) if part else plan


@kind('section-taint-lost', weight=2)
def taint_lost(m, rng):
    """move_pfn_range_to_zone() taints a section that a device shares with RAM."""
    if 'taint' not in m.flag:
        return None
    s = section(m, rng, lambda s: s.word & m.flag['taint'] and s.word & m.flag['online']
                and has_device(m, s))
    if not s:
        return None
    value = s.word & ~m.flag['taint']
    return Plan().word(s.at, value).on(f'section {s.nr}: {s.word:#x} -> {value:#x}').must(
        'taint-missing', *device_part(m, *m.section_range(s.nr)))


@kind('section-device-online')
def device_online(m, rng):
    """Only online_pages() makes a section online, and ZONE_DEVICE memory never goes there."""
    if 'taint' not in m.flag:
        return None
    s = section(m, rng, lambda s: not s.word & (m.flag['online'] | m.flag['taint'])
                and has_device(m, s))
    if not s:
        return None
    value = s.word | m.flag['online']
    return Plan().word(s.at, value).on(f'section {s.nr}: {s.word:#x} -> {value:#x}').must(
        'taint-missing', *device_part(m, *m.section_range(s.nr)))


@kind('usage-null', weight=2)
def usage_null(m, rng):
    """A section with a memmap has a usage until section_deactivate()."""
    s = section(m, rng)
    return Plan().word(s.at + m.usage_at, 0).on(f'section {s.nr}').must(
        'section-usage-null', *m.section_range(s.nr))


@kind('usage-wild')
def usage_wild(m, rng):
    """The same where nothing is mapped at the address: there is no usage to be read."""
    s = section(m, rng)
    wild = rng.choice([s.usage ^ 1 << rng.randint(57, 63), rng.randrange(1, 1 << 12), 1 << 46])
    return Plan().word(s.at + m.usage_at, wild).on(f'section {s.nr}: {wild:#x}').must(
        'section-usage-null', *m.section_range(s.nr))


def subsections(m, s, value):
    return Plan().write(s.usage_pa + m.map_at, value.to_bytes(m.map_bytes(), 'little')).on(
        f'section {s.nr}: {s.bitmap:016x} -> {value:016x}')


def in_use(m, first):
    """RAM of the allocator's. Reserved RAM alone may be what firmware gives to no node."""
    return any(m.here[p] and m.in_ram(p) and not m.has(p, 'reserved')
               for p in range(first, first + m.subsection_pages))


@kind('subsection-bit-ram', weight=2)
def subsection_ram(m, rng):
    """subsection_map_init() sets the bit of each subsection with RAM."""
    if m.map_at is None:
        return None
    s = section(m, rng)
    first = m.section_range(s.nr)[0]
    size = m.subsection_pages
    bits = [b for b in range(m.section_pages // size) if s.bitmap >> b & 1
            and in_use(m, first + size * b)
            and not device_part(m, first + size * b, first + size * b + size)]
    if not bits:
        return None
    bit = rng.choice(bits)
    return subsections(m, s, s.bitmap ^ 1 << bit).must(
        'subsection-vs-memmap', first + size * bit, first + size * bit + size)


@kind('subsection-bit-device', weight=2)
def subsection_device(m, rng):
    """section_activate() sets the bits of a device's subsections, for as long as it is there."""
    s = section(m, rng, lambda s: has_device(m, s))
    if not s or m.map_at is None:
        return None
    first, end = m.section_range(s.nr)
    part = device_part(m, first, end)
    size = m.subsection_pages
    bits = [b for b in range(m.section_pages // size) if s.bitmap >> b & 1
            and part[0] <= first + size * b and first + size * b + size <= part[1]]
    bit = rng.choice(bits)
    where = first + size * bit, first + size * bit + size
    # Where small leaves map it, its memmap is one that was left behind
    return subsections(m, s, s.bitmap ^ 1 << bit).must('subsection-vs-pgmap', *where).may(
        'subsection-vs-memmap', *where)


@kind('subsection-none')
def subsection_none(m, rng):
    """A section whose last subsection goes loses its memmap."""
    if m.map_at is None:
        return None
    s = section(m, rng)
    plan = subsections(m, s, 0).must('subsection-vs-memmap', *m.section_range(s.nr))
    part = device_part(m, *m.section_range(s.nr))
    return plan.may('subsection-vs-pgmap', *part) if part else plan


def pageblock_types(m):
    """(types that a pageblock can hold, bits of a pageblock)."""
    last = m.layout.number('__MIGRATE_TYPE_END')
    if m.layout.number('PB_migrate_isolate') is not None:
        return last + 1, 8
    return m.layout.number('MIGRATE_TYPES'), 4


def type_shifts(m, width):
    """Where the three bits of each pageblock's type are among those of a section: from v3.16 to
    v5.8 the first is at the top of a word. Nothing tells, but most blocks are movable."""
    blocks = range(m.section_pages // m.block_pages)
    up = [width * b for b in blocks]
    down = [(x & ~63) + 61 - x % 64 for x in up]
    movable = m.layout.number('MIGRATE_MOVABLE')
    movable = 1 if movable is None else movable

    def votes(shifts):
        return sum(pageblock_flags(m, s, width)[1] >> x & 7 == movable
                   for s in m.sections.values() for x in shifts)
    return down if width == 4 and votes(down) > votes(up) else up


def pageblock_flags(m, s, width):
    """(where they are, the flags of a section, their bytes)"""
    at, size = s.usage_pa + m.blocks_at, -(-width * (m.section_pages // m.block_pages) // 8)
    return at, int.from_bytes(m.dump.read(at, size), 'little'), size


@kind('pageblock-type', weight=2)
def pageblock_type(m, rng):
    """set_pageblock_migratetype() writes values below MIGRATE_TYPES, into three bits. Where
    isolation is a bit of its own, MIGRATE_ISOLATE is not written."""
    # Nobody need have written those of a device, and v4.4 has no list of devices
    if m.zone_device is not None and 'online' not in m.flag:
        return None
    s = section(m, rng, lambda s: m.map_at is not None or not has_device(m, s))
    legal, width = pageblock_types(m)
    blocks = m.section_pages // m.block_pages
    count = rng.randint(1, min(3, blocks))
    first = rng.randrange(blocks - count + 1)
    plan = Plan().on(f'section {s.nr}, blocks {first}-{first + count}')
    at, flags, size = pageblock_flags(m, s, width)
    for shift in type_shifts(m, width)[first:first + count]:
        flags = flags & ~(7 << shift) | rng.randrange(legal, 8) << shift
    start = m.section_range(s.nr)[0] + m.block_pages * first
    return plan.write(at, flags.to_bytes(size, 'little')).must(
        'pageblock-type-illegal', start, start + m.block_pages * count)


@kind('block-state', weight=2)
def block_state(m, rng):
    """The same as section-offline, from the other side."""
    fit = [b for b in m.blocks if b.state == m.mem_online]
    if not fit:
        return None
    b = rng.choice(fit)
    at = m.field(b.at, 'memory_block', 'state')
    size = m.section_pages
    plan = Plan().write(at, m.mem_offline.to_bytes(4, 'little')).on(f'section {b.first}')
    return plan.must('memory-block-vs-section', b.first * size, (b.first + b.count) * size)
