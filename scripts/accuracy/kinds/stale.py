# SPDX-License-Identifier: GPL-2.0-or-later
"""Plausible struct pages of another place or another boot.

Production kernels do not poison: what was never initialised shows what its memory
held before, which may well be struct pages. rules.py says what is to be seen of each;
a plan that expects nothing cannot be seen.
"""
from kinds.fills import fill
from memmap import WORD1, WORD2
from plan import kind, pick_page, usable
from rules import View, runs

LONGEST = 600


def whole(maps, a, b):
    """The smallest range around [a, b) that cuts no block or compound page in any memmap."""
    while True:
        low, high = a, b
        for m in maps:
            low = min(low, m.unit_of(a)[0])
            high = max(high, m.unit_of(b - 1)[1])
        if (low, high) == (a, b):
            return a, b
        a, b = low, high


def exchange(m, pages):
    """Put these struct pages there, and see what is to be seen."""
    a, b = min(pages), max(pages) + 1
    plan = fill(m, a, b, b''.join(pages[p] for p in range(a, b)))
    for code, start, end in runs(View(m, pages), a, b):
        plan.must(code, start, end)
    return plan


@kind('stale-boot', weight=6)
def stale_boot(m, rng):
    """The struct pages of the same PFNs in another boot of the same kernel."""
    donor = m.donor()
    if donor is None:
        return None
    for _ in range(100):
        a = pick_page(m, rng, rng.choice(['B', 'l', 'u', 's', 'H', 'BltsuHbf']))
        if a is None:
            continue
        b = a + rng.randint(1, 16)
        if b > min(m.top, donor.top):
            continue
        a, b = whole((m, donor), a, b)
        if b - a > LONGEST or b > donor.top or not usable(m, a, b) or not usable(donor, a, b):
            continue
        if 'd' in (chr(c) for c in donor.cls[a:b] + m.cls[a:b]):
            continue
        pages = {p: donor.raw(p) for p in range(a, b)}
        return exchange(m, pages).on(f'pfn {a:#x}-{b:#x} of another boot')
    return None


@kind('stale-place', weight=3)
def stale_place(m, rng):
    """The struct page of another PFN of this boot: two for one, or a memmap that moved."""
    to = pick_page(m, rng, 'luf')
    source = pick_page(m, rng, 'luBtH')
    if to is None or source is None or to == source or m.zone_of(to) != m.zone_of(source):
        return None
    if chr(m.cls[to]) == 'l' and m.word(to, WORD1) == m.word(to, WORD2):
        # Its only neighbour would be on a list that does not know it
        return None
    if chr(m.cls[source]) == 'B' and m.unit_of(source)[1] - source > 1 \
            and not to & m.word(source, 5):
        # A false block over neighbours in use: theirs would be wrong too
        return None
    if chr(m.cls[source]) == 'H':
        return None
    return exchange(m, {to: m.raw(source)}).on(f'pfn {source:#x} at {to:#x}')


@kind('stale-zone', weight=2)
def stale_zone(m, rng):
    """The same from another zone."""
    to = pick_page(m, rng, 'luf')
    source = pick_page(m, rng, 'lurd')
    # What is no RAM may well be of a device that is gone, whatever it is linked to
    if to is None or source is None or m.zone_of(source) == m.zone_of(to) or not m.in_ram(to):
        return None
    return exchange(m, {to: m.raw(source)}).on(f'pfn {source:#x} at {to:#x}')
