# SPDX-License-Identifier: GPL-2.0-or-later
"""One planted fault: what is written, and what a reader of the dump must say of it.

A kind of fault is a function with @kind: given a machine and a random source it
returns a Plan, or None where this machine has no place for it. Its doc string is
the kernel's rule that the fault breaks, or for faults that nobody can see, keeps.
"""
KINDS = {}


class Plan:
    def __init__(self):
        self.writes = []
        self.expect = []
        self.allow = []
        self.what = ''

    def write(self, pa, data):
        self.writes.append((pa, bytes(data)))
        return self

    def word(self, pa, value):
        return self.write(pa, (value & (1 << 64) - 1).to_bytes(8, 'little'))

    def entry(self, m, pa, value):
        """An entry of a page table."""
        return self.write(pa, (value & (1 << 64) - 1).to_bytes(8, m.arch.order))

    def must(self, code, start, end):
        """A finding that has to come; None for a range that no rule gives."""
        self.expect.append((code, start, end))
        return self

    def may(self, code, start, end):
        """A true consequence of the fault, anywhere in this range."""
        self.allow.append((code, start, end))
        return self

    def on(self, text):
        self.what = text
        return self


class Kind:
    def __init__(self, name, make, invisible, weight, late):
        self.name, self.make, self.invisible = name, make, invisible
        self.weight, self.late = weight, late
        self.rule = ' '.join(make.__doc__.split())


def kind(name, invisible=False, weight=1, late=False):
    """late: planned when the checks had learned from the kinds before it."""
    def add(make):
        assert name not in KINDS
        KINDS[name] = Kind(name, make, invisible, weight, late)
        return make
    return add


# Places

def closure(m, a, b):
    """The smallest range around [a, b) that cuts no compound page and takes no
    free block's head without its block."""
    while True:
        low, high = a, b
        start, end = m.unit_of(a)
        if chr(m.cls[start]) == 'H':
            low, high = start, max(high, end)
        start, end = m.unit_of(b - 1)
        if chr(m.cls[start]) == 'H':
            high = max(high, end)
        if start >= low and chr(m.cls[start]) == 'B':
            high = max(high, end)
        if (low, high) == (a, b):
            return a, b
        a, b = low, high


def usable(m, a, b):
    """All of a range has struct pages in the dump, and none is an altmap's reserve."""
    return 0 <= a < b <= m.top and m.here.find(0, a, b) < 0 and not m.reserve_in(a, b)


def pick_run(m, rng, longest, letters=None):
    if letters and not m.of_class(letters):
        return None
    for _ in range(200):
        a = rng.choice(m.of_class(letters)) if letters else rng.randrange(m.top)
        b = min(a + rng.randint(1, longest), m.top, (a | m.section_pages - 1) + 1)
        if letters and any(chr(c) not in letters for c in m.cls[a:b]):
            continue
        a, b = closure(m, a, b)
        if usable(m, a, b):
            return a, b
    return None


def pick_page(m, rng, letters):
    pages = m.of_class(letters)
    for _ in range(100):
        if not pages:
            return None
        pfn = rng.choice(pages)
        if usable(m, pfn, pfn + 1):
            return pfn
    return None
