# SPDX-License-Identifier: GPL-2.0-or-later
"""Symbols, member offsets and enumerators of the dumped kernel.

From the vmlinux's symbol table and its BTF; for a distilled dump, which comes
without one, from the VMCOREINFO that distill extends.
"""
import re
import struct

MEMBER = re.compile(r'(OFFSET|SIZE|LENGTH|NUMBER|SYMBOL)\(([^)]*)\)$')


class Vmcoreinfo:
    def __init__(self, text):
        self.keys, self.plain = {}, {}
        for line in text.splitlines():
            key, _, value = line.partition('=')
            found = MEMBER.match(key)
            if not found:
                self.plain[key] = value
            elif found[1] == 'SYMBOL':
                self.keys['SYMBOL', found[2]] = int(value, 16)
            else:
                self.keys[found[1], found[2]] = int(value, 0)
        self.kaslr = int(self.plain.get('KERNELOFFSET', '0'), 16)

    def get(self, kind, name):
        return self.keys.get((kind, name))

    def offset(self, owner, member):
        return self.keys.get(('OFFSET', f'{owner}.{member}'))

    def size(self, name):
        return self.keys.get(('SIZE', name))

    def number(self, name):
        return self.keys.get(('NUMBER', name))

    def symbol(self, name):
        return self.keys.get(('SYMBOL', name))

    def length(self, owner, member):
        return self.keys.get(('LENGTH', f'{owner}.{member}'))


class Elf64:
    def __init__(self, path):
        with open(path, 'rb') as f:
            self.data = f.read()
        shoff, = struct.unpack_from('<Q', self.data, 40)
        size, count, names = struct.unpack_from('<HHH', self.data, 58)
        raw = [struct.unpack_from('<IIQQQQIIQQ', self.data, shoff + i * size) for i in range(count)]
        strings = raw[names][4]
        self.sections = {}
        for s in raw:
            self.sections[self.text(strings + s[0])] = s

    def text(self, at):
        return self.data[at:self.data.index(b'\0', at)].decode('latin-1')

    def symbols(self):
        table = self.sections['.symtab']
        strings = self.sections['.strtab'][4]
        for at in range(table[4], table[4] + table[5], 24):
            name, info, _, shndx, value, size = struct.unpack_from('<IBBHQQ', self.data, at)
            if name and shndx and info & 15 in (0, 1, 2):
                yield strings + name, value, size


class Btf:
    """Just enough of BTF: struct members, through anonymous ones, and enumerators."""

    def __init__(self, data):
        length, type_off, type_len, str_off, _ = struct.unpack_from('<IIIII', data, 4)
        self.data, self.strings = data, length + str_off
        self.types, self.enums, self.named = [None], {}, {}
        at, end = length + type_off, length + type_off + type_len
        while at < end:
            name, info, size = struct.unpack_from('<III', data, at)
            kind, vlen = info >> 24 & 31, info & 0xffff
            self.types.append((kind, name, size, at + 12, vlen, info >> 31))
            if kind in (4, 5) and name:
                self.named.setdefault(self.text(name), len(self.types) - 1)
            if kind == 6:
                for i in range(vlen):
                    n, value = struct.unpack_from('<Ii', data, at + 12 + 8 * i)
                    self.enums[self.text(n)] = value
            at += 12 + {1: 4, 3: 12, 4: 12 * vlen, 5: 12 * vlen, 6: 8 * vlen, 13: 8 * vlen,
                        14: 4, 15: 12 * vlen, 17: 4, 19: 12 * vlen}.get(kind, 0)

    def text(self, off):
        at = self.strings + off
        return self.data[at:self.data.index(b'\0', at)].decode()

    def bare(self, t):
        """A type without its typedefs and qualifiers."""
        while self.types[t][0] in (8, 9, 10, 11, 18):
            t = self.types[t][2]
        return t

    def member(self, t, wanted):
        """(offset in bytes, type) of a member, or None."""
        kind, _, _, at, vlen, bitfields = self.types[self.bare(t)]
        if kind not in (4, 5):
            return None
        for i in range(vlen):
            name, sub, bits = struct.unpack_from('<III', self.data, at + 12 * i)
            if bitfields:
                bits &= 0xffffff
            if name and self.text(name) == wanted:
                return bits // 8, sub
            if not name:
                inner = self.member(sub, wanted)
                if inner:
                    return bits // 8 + inner[0], inner[1]
        return None

    def path(self, owner, member):
        t, off = self.named.get(owner), 0
        for part in member.split('.'):
            found = self.member(t, part) if t else None
            if not found:
                return None
            off, t = off + found[0], found[1]
        return off, t

    def bytes(self, t):
        t = self.bare(t)
        kind, _, size, at, _, _ = self.types[t]
        if kind == 2:
            return 8
        if kind == 3:
            elem, _, count = struct.unpack_from('<III', self.data, at)
            return self.bytes(elem) * count
        return size


class Vmlinux:
    def __init__(self, path, kaslr):
        elf = Elf64(path)
        self.at, self.sizes = {}, {}
        for name, value, size in elf.symbols():
            self.at.setdefault(elf.text(name), value)
            self.sizes.setdefault(elf.text(name), size)
        s = elf.sections['.BTF']
        self.btf = Btf(elf.data[s[4]:s[4] + s[5]])
        self.kaslr = kaslr

    def offset(self, owner, member):
        found = self.btf.path(owner, member)
        return found[0] if found else None

    def size(self, name):
        owner, _, member = name.partition('.')
        if member:
            found = self.btf.path(owner, member)
            return self.btf.bytes(found[1]) if found else None
        t = self.btf.named.get(owner)
        return self.btf.types[t][2] if t else None

    def length(self, owner, member):
        found = self.btf.path(owner, member)
        return self.btf.bytes(found[1]) // 8 if found else None

    def number(self, name):
        return self.btf.enums.get(name)

    def symbol(self, name):
        value = self.at.get(name)
        return None if value is None else value + self.kaslr


class Layout:
    """VMCOREINFO's own keys first where only it knows, else the vmlinux."""

    def __init__(self, text, vmlinux=None):
        self.info = Vmcoreinfo(text)
        self.rest = Vmlinux(vmlinux, self.info.kaslr) if vmlinux else self.info

    def offset(self, owner, member):
        return self.rest.offset(owner, member)

    def size(self, name):
        return self.rest.size(name)

    def length(self, owner, member):
        """Of an array of words."""
        return self.rest.length(owner, member)

    def number(self, name):
        value = self.rest.number(name)
        return self.info.number(name) if value is None else value

    def symbol(self, name):
        value = self.rest.symbol(name)
        return self.info.symbol(name) if value is None else value

    def words_of(self, name):
        """How many an array has that is a variable."""
        count = self.info.get('LENGTH', name)
        return self.rest.sizes[name] // 8 if count is None else count
