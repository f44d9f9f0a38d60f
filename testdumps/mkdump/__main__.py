# SPDX-License-Identifier: GPL-2.0-or-later
"""mkdump - compile the description of a machine into a vmcore.

usage: python3 testdumps/mkdump [--FORMAT] [--kernel=NAME[,bare]] DESCRIPTION DUMP

FORMAT (kdump, elf, flattened) and the kernel outrank the description's own; log
writes the machine's log instead, as dmesg prints it. The language is
in testdumps/README.md: one directive per line, '#' begins a comment. Ranges are
inclusive, as in /proc/iomem; numbers are as in C.
"""

import io
import os
import re
import sys

from devices import Device
from formats import Elf, Kdump, flatten
from kernels import TABLES
import layout
from layout import SECTION_FLAGS
from machine import Machine
from memory import Memory


FORMATS = ("kdump", "elf", "flattened")


class Failure(Exception):
    pass


def number(word):
    return int(word, 0)


def span(word):
    """0x1000-0x1fff, or one number for both ends."""
    first, _, last = word.partition("-")
    first = number(first)
    last = number(last) if last else first
    if last < first:
        raise ValueError("'%s' ends before it begins" % word)
    return first, last


def options(words):
    pairs = dict(w.split("=", 1) for w in words if "=" in w)
    return {k: number(v) for k, v in pairs.items()}


class Description:
    """Reads the text. Directives about the machine come first; the first one
    that changes what was built (a fault) builds it."""

    def __init__(self, kernel=None):
        self.kernel = kernel    # words that outrank those of the text
        self.machine = None
        self.plain = Memory()   # where no kernel is named: bare pages
        self.built = False
        self.format, self.packed, self.level = "kdump", True, 0
        self.cut = None
        self.damage = []        # (offset in the file, bytes)

    def read(self, path):
        self.read_lines(path)
        self.build()

    def read_lines(self, path):
        with open(path, encoding="utf-8", errors="surrogateescape") as f:
            lines = f.read().split("\n")
        at = 0
        while at < len(lines):
            line = lines[at].split("#", 1)[0].strip()
            at += 1
            if not line:
                continue
            words = line.split()
            try:
                if words[0] == "include":
                    self.read_lines(os.path.join(os.path.dirname(path), words[1]))
                    continue
                if words[0] == "log":
                    at = self.log(lines, at)
                    continue
                method = getattr(self, "do_" + words[0].replace("-", "_"), None)
                if method is None:
                    raise ValueError("no directive '%s'" % words[0])
                method(words[1:])
            except (ValueError, KeyError, IndexError, TypeError) as e:
                raise Failure("%s:%d: %s: %s" % (path, at, line, e)) from e

    def build(self):
        if self.machine and not self.built:
            self.machine.build()
        self.built = True

    def early(self):
        if self.machine is None:
            raise ValueError("name a kernel first")
        if self.built:
            raise ValueError("the machine stands already: this goes before every fault")
        return self.machine

    def late(self):
        if self.machine is None:
            raise ValueError("name a kernel first")
        self.build()
        return self.machine

    # The machine

    def do_arch(self, words):
        """arch arm64 [16K] [va=47], arch riscv64 [va=39], arch ppc64le [64K]"""
        if self.machine:
            raise ValueError("name the architecture before the kernel")
        names = {"arm64": "aarch64"}
        granule = words[1] if len(words) > 1 and "=" not in words[1] else "4K"
        layout.choose(names.get(words[0], words[0]), granule, options(words[1:]).get("va", 0))

    def do_kernel(self, words):
        words = self.kernel or words
        if words[0] not in TABLES:
            raise ValueError("kernels are: " + " ".join(TABLES))
        self.machine = Machine(words[0])
        self.machine.bare = "bare" in words[1:]

    def do_ram(self, words):
        (self.early().ram if self.machine else self.plain_ram()).append(span(words[0]))

    def plain_ram(self):
        mem = self.plain

        class Adder(list):
            def append(self, item):
                mem.add_ram(*item)
        return Adder()

    def do_reserved(self, words):
        self.early().reserved.append(span(words[0]))

    def do_hotplug(self, words):
        start, end = span(words[0])
        fill = options(words).get("fill", 0xff)
        self.early().hotplugged.append((start, end, words[1] == "online", fill))

    def do_device(self, words):
        start, end = span(words[0])
        self.early().devices.append(Device(start, end, options(words[1:])))

    def do_small_leaves(self, words):
        first, last = span(words[0])
        self.early().small.update(range(first, last + 1))

    def do_vmemmap(self, words):
        self.early().vmemmap = number(words[0])

    def do_page_offset(self, words):
        self.early().page_offset = number(words[0])

    def do_cpu(self, words):
        self.early().cpus.append(options(self.expand(" ".join(words)).split()))

    def log(self, lines, at):
        m = self.early()
        while at < len(lines) and lines[at].strip() != "end":
            line = self.expand(lines[at])
            stamp = re.match(r"\[ *(\d+)\.(\d{6})\] ?(.*)$", line)
            if not stamp:
                raise ValueError("line %d of the log has no time stamp" % (at + 1))
            ns = int(stamp[1]) * 10**9 + int(stamp[2]) * 1000
            who = re.match(r"\[ *([TC])(\d+)\] ?(.*)$", stamp[3])
            caller = int(who[2]) | (1 << 31 if who[1] == "C" else 0) if who else 0
            m.log.append((ns, who[3] if who else stamp[3], caller))
            at += 1
        if at == len(lines):
            raise ValueError("the log has no end")
        return at + 1

    def expand(self, line):
        """{page:PFN} and {page:PFN+OFFSET}: a struct page's address, as %016lx prints it;
        {hashed:PFN}: as %p does."""
        def address(match):
            return "%016x" % (self.machine.page_va(number(match[1])) + number(match[2] or "0"))
        def hashed(match):
            return "%016x" % self.machine.hashed(self.machine.page_va(number(match[1])))
        line = re.sub(r"\{hashed:(\w+)\}", hashed, line)
        return re.sub(r"\{page:(\w+)(?:\+(\w+))?\}", address, line)

    # Faults

    def do_fill(self, words):
        first, last = span(words[0])
        data = b"".join(number(w).to_bytes(1 if len(words) == 2 else 8, "little")
                        for w in words[1:])
        self.late().fill(first, last, data)

    def do_page(self, words):
        """page 0x9000-0x9003 flags=PG_lru|PG_uptodate refs=1 maps=-1 lru=0,0 index=7"""
        first, last = span(words[0])
        m = self.late()
        o = dict(w.split("=", 1) for w in words[1:])
        lru = [self.value(w) for w in o["lru"].split(",")] if "lru" in o else None
        rest = tuple(self.value(o.get(w, "0")) for w in ("mapping", "index", "private"))
        flags = self.value(o.get("flags", "0"))
        for pfn in range(first, last + 1):
            own = m.lru_va(pfn)
            m.put(pfn, m.struct_page(pfn, m.zone_of(pfn), flags, number(o.get("refs", "1")),
                                     number(o.get("maps", "-1")),
                                     tuple(lru or (own, own)) + rest))

    def do_compound(self, words):
        """compound 0x9100 order=4"""
        m = self.late()
        head, order = number(words[0]), options(words[1:])["order"]
        m.put(head, m.struct_page(head, m.zone_of(head), m.flag("head"), 1))
        for pfn in range(head + 1, head + (1 << order)):
            m.put(pfn, m.tail(pfn, m.zone_of(pfn), head, order))

    def do_relink(self, words):
        """relink 0x9000-0x9fff [node=N] zone=N or NAME"""
        first, last = span(words[0])
        m = self.late()
        o = dict(w.split("=", 1) for w in words[1:])
        zone = o["zone"]
        m.relink(first, last, number(o.get("node", "0")),
                 m.zone_names.index(zone) if zone in m.zone_names else number(zone))

    def do_unmap(self, words):
        first, last = span(words[0])
        self.late().unmap(first, last, words[1] if len(words) > 1 else "pte")

    def do_back(self, words):
        self.late().back(*span(words[0]), number(words[1]))

    def do_share(self, words):
        self.late().share(*span(words[0]), number(words[1]))

    def do_flip_entry(self, words):
        level = ("pte", "pmd").index(words[2]) if len(words) > 2 else 0
        self.late().flip_entry(number(words[0]), number(words[1]), level)

    def do_secret(self, words):
        self.late().secret(words[0])

    def do_exclude_memmap(self, words):
        self.late().exclude_memmap(*span(words[0]))

    def do_exclude_table(self, words):
        self.late().exclude_table(number(words[0]))

    def do_exclude(self, words):
        first, last = span(words[0])
        mem = self.late().mem if self.machine else self.plain
        mem.excluded.update(range(first // layout.PAGE, last // layout.PAGE + 1))

    def do_section(self, words):
        """section 1 +T -O: set and clear flags"""
        m = self.late()
        pa = m.locate("section:%s.section_mem_map" % words[0])
        value = m.mem.get(pa)
        for word in words[1:]:
            bit = SECTION_FLAGS[word[1:]]
            value = value | bit if word[0] == "+" else value & ~bit
        m.mem.set(pa, value)

    def do_subsections(self, words):
        """subsections 1 -0-3 +7: set and clear bits of a section's map"""
        m = self.late()
        pa = m.locate("usage:%s.subsection_map" % words[0])
        size = m.fact("SIZE(mem_section_usage.subsection_map)")
        value = m.mem.get(pa, size)
        for word in words[1:]:
            first, last = span(word[1:])
            for bit in range(first, last + 1):
                value = value | 1 << bit if word[0] == "+" else value & ~(1 << bit)
        m.mem.set(pa, value, size)

    def do_poke(self, words):
        """poke section:1.usage = 0; the size after a slash, 8 bytes without one"""
        m = self.late()
        name, _, size = words[0].partition("/")
        size = int(size or 8)
        pa, value = m.locate(name), self.value(words[2])
        old = m.mem.get(pa, size)
        m.mem.set(pa, {"=": value, "|=": old | value, "&=": old & value,
                       "+=": old + value}[words[1]], size)

    def value(self, word):
        """A number, &OBJECT: its address, or PG_a|PG_b: the bits of page flags."""
        if word.startswith("PG_"):
            return self.machine.flag(*(w[3:] for w in word.split("|")))
        if not word.startswith("&"):
            return number(word)
        obj = word[1:]
        if obj.startswith("page:"):
            return self.machine.page_va(number(obj[5:]))
        return self.machine.objects[obj][1]

    def do_vmcoreinfo(self, words):
        m = self.late()
        line = " ".join(words)
        if line.startswith("-"):
            m.info[line[1:]] = None
        else:
            key, _, value = line.partition("=")
            m.info[key] = value

    # Bare pages

    def do_at(self, words):
        """at 0x1000 u64 1 2 3*500 / at 0x1000 text ... / at 0x1000 fill 0xff 4096"""
        mem = self.late().mem if self.machine else self.plain
        pa, kind, rest = number(words[0]), words[1], words[2:]
        if kind == "text":
            data = " ".join(rest).encode(errors="surrogateescape")
        elif kind == "fill":
            data = bytes([number(rest[0])]) * number(rest[1])
        else:
            data = b""
            for word in rest:
                value, _, times = word.partition("*")
                data += number(value).to_bytes(8, "little") * number(times or "1")
        mem.write(pa, data)

    # The file

    def do_dump(self, words):
        self.format = words[0]
        if self.format not in FORMATS:
            raise ValueError("formats are: " + " ".join(FORMATS))
        for word in words[1:]:
            if word == "plain":
                self.packed = False
            elif word == "filtered":
                self.level = 31
            else:
                raise ValueError("'%s' is neither plain nor filtered" % word)

    def do_truncate(self, words):
        self.cut = words[0]

    def do_damage(self, words):
        self.damage.append((number(words[0]), bytes(number(w) for w in words[1:])))

    def write(self, path):
        m = self.machine
        mem = m.mem if m else self.plain
        if m and self.level:
            m.filter_free()
        info = m.vmcoreinfo() if m else None
        release = m.facts["OSRELEASE"] if m else "0"
        if self.format == "elf":
            writer = Elf(m.page_offset if m else 0)
            if self.level:      # makedumpfile -E drops pages of zeroes as well
                mem.excluded.update(p for a, b in mem.ranges for p in range(a, b)
                                    if not any(mem.page(p) or b""))
        else:
            writer = Kdump(self.packed)
        with open(path, "w+b") as f:
            if self.format == "flattened":
                buf = io.BytesIO()
                writer.write(buf, mem, m.cpus if m else [], info, release)
                flatten(buf.getvalue(), f)
            else:
                writer.write(f, mem, m.cpus if m else [], info, release)
            size = f.seek(0, 2)
            for at, data in self.damage:
                f.seek(at)
                f.write(data)
            if self.cut:
                f.truncate(size * int(self.cut[:-1]) // 100 if self.cut.endswith("%")
                           else number(self.cut))


def write_log(log, path):
    with open(path, "w") as f:
        for ns, text, caller in log:
            who = "[%6s] " % ("C%d" % (caller & ~(1 << 31)) if caller >> 31 else "T%d" % caller)
            f.write("[%5d.%06d]%s%s\n" % (ns // 10**9, ns // 1000 % 10**6,
                                         who if caller else " ", text))


def main(argv):
    force = words = None
    if len(argv) > 3 and argv[1][:2] == "--" and argv[1][2:] in FORMATS + ("log",):
        force = argv.pop(1)[2:]
    if len(argv) > 3 and argv[1].startswith("--kernel="):
        words = argv.pop(1)[9:].split(",")
    if len(argv) != 3:
        sys.stderr.write(__doc__)
        return 2
    try:
        description = Description(words)
        description.read(argv[1])
        if force == "log":
            write_log(description.machine.log, argv[2])
            return 0
        description.format = force or description.format
        description.write(argv[2])
    except (Failure, OSError) as e:
        sys.stderr.write("mkdump: %s\n" % e)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
