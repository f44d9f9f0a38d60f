# SPDX-License-Identifier: GPL-2.0-or-later
"""Struct pages overwritten as a whole."""
from memmap import SIZE
from plan import Plan, kind, closure, pick_run, usable


def fill(m, a, b, data):
    plan = Plan().on(f'struct pages {a:#x}-{b:#x}')
    pfn = a
    while pfn < b:
        leaf = m.leaf_of(pfn)
        end = min(b, leaf.pfn + leaf.pages)
        plan.write(m.page_pa(pfn), data[SIZE * (pfn - a):SIZE * (end - a)])
        pfn = end
    return plan


def filled(m, a, b, byte):
    """Whether some of it is so already: memory that was added and is not online."""
    return any(m.raw(p) == bytes([byte]) * SIZE for p in range(a, b))


def bytewise(m, rng, longest, byte, code):
    found = pick_run(m, rng, longest)
    if not found or filled(m, *found, byte):
        return None
    a, b = found
    return fill(m, a, b, bytes([byte]) * SIZE * (b - a)).must(code, a, b)


def aligned(m, rng, pages, byte, code):
    for _ in range(100):
        a = rng.randrange(0, m.top, pages)
        a, b = closure(m, a, a + pages)
        if usable(m, a, b) and not filled(m, a, b, byte):
            return fill(m, a, b, bytes([byte]) * SIZE * (b - a)).must(code, a, b)
    return None


@kind('fill-ones', weight=2)
def fill_ones(m, rng):
    """page_init_poison() writes ones; initialisation and onlining take them away."""
    return bytewise(m, rng, 64, 0xff, 'memmap-poisoned')


@kind('fill-zero', weight=2)
def fill_zero(m, rng):
    """__init_single_page() leaves _mapcount -1: no initialised struct page is all zero."""
    return bytewise(m, rng, 64, 0, 'memmap-zero')


def of_fd(m):
    return m.arch.unused[1] if m.arch.unused else 'memmap-garbage'


@kind('fill-fd', weight=2)
def fill_fd(m, rng):
    """0xfd is what x86 writes over the freed part of a memmap whose leaf stays. Nobody else
    does: to them it is any other pattern, a negative reference count."""
    return bytewise(m, rng, 64, 0xfd, of_fd(m))


@kind('fill-ones-subsection')
def ones_subsection(m, rng):
    """The same for a subsection."""
    return aligned(m, rng, m.subsection_pages, 0xff, 'memmap-poisoned')


@kind('fill-zero-subsection')
def zero_subsection(m, rng):
    """The same for a subsection."""
    return aligned(m, rng, m.subsection_pages, 0, 'memmap-zero')


@kind('fill-fd-subsection')
def fd_subsection(m, rng):
    """The same for a subsection."""
    return aligned(m, rng, m.subsection_pages, 0xfd, of_fd(m))


@kind('fill-section')
def section(m, rng):
    """The same for a section."""
    byte, code = rng.choice([(0xff, 'memmap-poisoned'), (0, 'memmap-zero'),
                             (0xfd, of_fd(m))])
    return aligned(m, rng, m.section_pages, byte, code)


@kind('fill-random', weight=2)
def fill_random(m, rng):
    """Random bytes break several rules at once."""
    found = pick_run(m, rng, 32)
    if not found:
        return None
    a, b = found
    data = bytearray(rng.randbytes(SIZE * (b - a)))
    for i in range(b - a):
        # A negative reference count, whatever the rest is
        data[SIZE * i + m.counts_at + 7] |= 0x80
    return fill(m, a, b, data).must('memmap-garbage', a, b)


@kind('fill-data', weight=2)
def fill_data(m, rng):
    """The kernel's own text over struct pages: memory that was given to two users. Only
    text whose words make a negative reference count or no mapcount is taken."""
    start = m.text_pa(m.layout.info.symbol('_stext'))
    for _ in range(100):
        found = pick_run(m, rng, 4)
        at = start + SIZE * rng.randrange(0, 1 << 14)
        if not found or not all(m.dump.has(at + off) for off in (0, 0x1000)):
            continue
        a, b = found
        if b - a > 8:
            continue
        data = m.dump.read(at, SIZE * (b - a))
        if all(data[SIZE * i + m.counts_at + 7] & 0x80 or
               m.types and 0x80 <= data[SIZE * i + m.counts_at + 3] < 0xf0 for i in range(b - a)):
            return fill(m, a, b, data).must('memmap-garbage', a, b)
    return None


@kind('fill-half')
def fill_half(m, rng):
    """The second half of a struct page in ones: its reference count is negative, and it is
    not page_init_poison()'s, which writes whole struct pages."""
    found = pick_run(m, rng, 1, 'ulsr')
    if not found or m.counts_at < 32:
        return None
    a, b = found
    data = m.raw(a)[:32] + b'\xff' * 32
    return fill(m, a, b, data).must('memmap-garbage', a, b)
