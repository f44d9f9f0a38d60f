# SPDX-License-Identifier: GPL-2.0-or-later
"""Where things are in a file: its structures, in order, as (what, offset, length)."""
import struct

DESC = 24


def u32(data, at):
    return struct.unpack_from('<I', data, at)[0]


def u64(data, at):
    return struct.unpack_from('<Q', data, at)[0]


def notes(data, at, length):
    """(offset of the note, of its description, length of that, name)"""
    end = min(at + length, len(data))
    while at + 12 <= end:
        name, desc = struct.unpack_from('<II', data, at)
        body = at + 12 + (name + 3 & ~3)
        if body + desc > end:
            return
        yield at, body, desc, bytes(data[at + 12:at + 12 + name]).rstrip(b'\0').decode('latin-1')
        at = body + (desc + 3 & ~3)


class Kdump:
    def __init__(self, data):
        self.block, self.sub, self.maps = struct.unpack_from('<III', data, 428)
        self.info = u64(data, self.block + 32), u64(data, self.block + 40)
        self.notes = u64(data, self.block + 48), u64(data, self.block + 56)
        self.bitmap = (1 + self.sub) * self.block
        self.half = self.maps // 2 * self.block
        self.descs = self.bitmap + 2 * self.half
        stored = data[self.bitmap + self.half:self.descs]
        bits = int.from_bytes(stored, 'little')
        self.nr = bits.bit_count()
        self.pages = [i for i, bit in enumerate(reversed(f'{bits:b}')) if bit == '1']

    def fields(self):
        """Of the headers: (offset, size). utsname and the time are of no consequence."""
        return ([(8, 4)] + [(at, 4) for at in range(424, 464, 4)] +
                [(self.block + at, 8) for at in range(0, 112, 8)] +
                [(self.block + at, 4) for at in (8, 12)])

    def structures(self, data):
        yield 'header', 0, 464
        yield 'sub-header', self.block, 112
        yield 'VMCOREINFO', *self.info
        for at, body, length, _ in notes(data, *self.notes):
            yield 'note', at, 12
            yield 'description', body, length
        yield 'bitmap', self.bitmap, self.half
        yield 'second bitmap', self.bitmap + self.half, self.half
        yield 'descriptors', self.descs, DESC * self.nr
        for i in range(0, self.nr, max(1, self.nr // 8)):
            at = self.descs + DESC * i
            yield 'descriptor', at, DESC
            yield 'page', u64(data, at), u32(data, at + 8)


class Elf:
    def __init__(self, data):
        self.phoff = u64(data, 32)
        self.phnum, = struct.unpack_from('<H', data, 56)
        self.heads = [self.phoff + 56 * i for i in range(self.phnum)]
        kinds = [u32(data, at) for at in self.heads]
        self.loads = [at for at, kind in zip(self.heads, kinds) if kind == 1]
        self.block = 4096
        self.pages = [pfn for at in self.loads for first in [u64(data, at + 24) // 4096]
                      for pfn in range(first, first + u64(data, at + 32) // 4096)]
        head = self.heads[kinds.index(4)]
        self.notes = u64(data, head + 8), u64(data, head + 32)
        self.info = next(((body, length) for _, body, length, name in notes(data, *self.notes)
                          if name == 'VMCOREINFO'), (0, 0))

    def fields(self):
        return [(16, 2), (18, 2), (20, 4), (32, 8), (40, 8), (52, 2), (54, 2), (56, 2), (58, 2),
                (60, 2), (62, 2)]

    def head_fields(self):
        return [(at + off, size) for at in self.heads
                for off, size in ((0, 4), (8, 8), (16, 8), (24, 8), (32, 8), (40, 8), (48, 8))]

    def structures(self, data):
        yield 'header', 0, 64
        for at in self.heads:
            yield 'program header', at, 56
        for at, body, length, _ in notes(data, *self.notes):
            yield 'note', at, 12
            yield 'description', body, length
        for at in self.loads:
            yield 'PT_LOAD', u64(data, at + 8), u64(data, at + 32)


def records(data):
    """Of a flattened file: where each record's head is."""
    at, found = 4096, []
    while at + 16 <= len(data):
        found.append(at)
        size, = struct.unpack_from('>q', data, at + 8)
        if size < 0:
            break
        at += 16 + size
    return found


def shape(form, data):
    return Elf(data) if form == 'elf' else Kdump(data)
