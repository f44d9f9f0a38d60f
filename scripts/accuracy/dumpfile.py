# SPDX-License-Identifier: GPL-2.0-or-later
"""Vmcores that can be patched by physical address, and put back as they were.

ELF: bytes are overwritten in place. kdump: a page is compressed anew at the end
of the file, and its descriptor points there. undo() takes back whatever was
written since the last undo().
"""
import bisect
import mmap
import os
import struct
import zlib

# Of the index of what a kdump holds: a step of counting
CHUNK = 4096
# The name of the note in the kernel's memory
NOTE = b'VMCOREINFO\0\0'


class NotInDump(Exception):
    pass


class Elf:
    form = 'elf'

    def __init__(self, path):
        self.path = path
        self.file = open(path, 'r+b', buffering=0)
        self.map = mmap.mmap(self.file.fileno(), 0)
        phoff, = struct.unpack_from('<Q', self.map, 32)
        size, count = struct.unpack_from('<HH', self.map, 54)
        self.loads, self.vmcoreinfo = [], ''
        for i in range(count):
            kind, _, off, _, pa, length = struct.unpack_from('<IIQQQQ', self.map, phoff + i * size)
            if kind == 1:
                self.loads.append((pa, pa + length, off))
            elif kind == 4:
                self.vmcoreinfo = notes(self.map[off:off + length]) or self.vmcoreinfo
        self.loads.sort()
        # Without a note, as QEMU writes it of a guest without vmcoreinfo: the kernel's own
        at = self.map.find(NOTE + b'OSRELEASE=') if not self.vmcoreinfo else -1
        if at >= 0:
            at += len(NOTE)
            self.vmcoreinfo = self.map[at:self.map.find(b'\0', at)].decode()
        self.log = []

    def _at(self, pa, length):
        i = bisect.bisect_right(self.loads, (pa, 1 << 64, 0)) - 1
        if i < 0 or pa + length > self.loads[i][1]:
            raise NotInDump(hex(pa))
        return self.loads[i][2] + pa - self.loads[i][0]

    def has(self, pa):
        try:
            self._at(pa, 1)
        except NotInDump:
            return False
        return True

    def read(self, pa, length):
        off = self._at(pa, length)
        return self.map[off:off + length]

    def write(self, pa, data):
        off = self._at(pa, len(data))
        self.log.append((off, self.map[off:off + len(data)]))
        self.map[off:off + len(data)] = data

    def flush(self):
        pass

    def undo(self):
        for off, old in reversed(self.log):
            self.map[off:off + len(old)] = old
        self.log = []


class Kdump:
    form = 'kdump'

    def __init__(self, path):
        self.path = path
        self.file = open(path, 'r+b', buffering=0)
        head = self.at(0, 464 + 8 * 16)
        # struct disk_dump_header: signature, version, utsname, padding to 8,
        # timeval, status, block_size, sub_hdr_size, bitmap_blocks, max_mapnr
        self.block, sub, bitmap, mapnr = struct.unpack_from('<iiII', head, 428)
        sub_header = self.at(self.block, 256)
        # struct kdump_sub_header: vmcoreinfo at 32, max_mapnr_64 at 96
        off, size = struct.unpack_from('<QQ', sub_header, 32)
        self.vmcoreinfo = self.at(off, size).split(b'\0')[0].decode()
        half = bitmap * self.block // 2
        start = (1 + sub) * self.block
        self.bits = int.from_bytes(self.at(start + half, half), 'little')
        self.raw = self.at(start + half, half)
        self.table = start + 2 * half
        self.sums = [0]
        for i in range(0, len(self.raw), CHUNK):
            word = int.from_bytes(self.raw[i:i + CHUNK], 'little')
            self.sums.append(self.sums[-1] + word.bit_count())
        self.size = os.path.getsize(path)
        self.cache, self.dirty, self.log = {}, {}, []

    def at(self, off, length):
        return os.pread(self.file.fileno(), length, off)

    def has(self, pa):
        pfn = pa // self.block
        return pfn // 8 < len(self.raw) and bool(self.raw[pfn // 8] >> pfn % 8 & 1)

    def _descriptor(self, pfn):
        if not self.has(pfn * self.block):
            raise NotInDump(hex(pfn))
        chunk = pfn // (8 * CHUNK)
        below = self.raw[chunk * CHUNK:pfn // 8] + bytes([self.raw[pfn // 8] & (1 << pfn % 8) - 1])
        return self.table + 24 * (self.sums[chunk] + int.from_bytes(below, 'little').bit_count())

    def page(self, pfn):
        if pfn in self.dirty:
            return self.dirty[pfn]
        if pfn not in self.cache:
            off, size, flags, _ = struct.unpack('<QIIQ', self.at(self._descriptor(pfn), 24))
            data = self.at(off, size)
            if flags & 1:
                data = zlib.decompress(data)
            elif flags & ~1:
                raise NotInDump(f'{pfn:#x}: compression {flags:#x}')
            self.cache[pfn] = data
        return self.cache[pfn]

    def read(self, pa, length):
        out = b''
        while length:
            off = pa % self.block
            part = self.page(pa // self.block)[off:off + min(length, self.block - off)]
            out, pa, length = out + part, pa + len(part), length - len(part)
        return out

    def write(self, pa, data):
        while data:
            pfn, off = pa // self.block, pa % self.block
            part = data[:self.block - off]
            old = self.page(pfn)
            self.dirty[pfn] = old[:off] + part + old[off + len(part):]
            pa, data = pa + len(part), data[len(part):]

    def flush(self):
        end = self.size
        for pfn, data in self.dirty.items():
            packed, flags = zlib.compress(data, 1), 1
            if len(packed) >= self.block:
                packed, flags = data, 0
            where = self._descriptor(pfn)
            self.log.append((where, self.at(where, 24)))
            os.pwrite(self.file.fileno(), packed, end)
            os.pwrite(self.file.fileno(), struct.pack('<QIIQ', end, len(packed), flags, 0), where)
            end += len(packed)

    def undo(self):
        for where, old in reversed(self.log):
            os.pwrite(self.file.fileno(), old, where)
        self.file.truncate(self.size)
        self.dirty, self.log = {}, []


def notes(data):
    """The text of the VMCOREINFO note among ELF notes."""
    off = 0
    while off + 12 <= len(data):
        name, desc, _ = struct.unpack_from('<III', data, off)
        at = off + 12
        off = at + (name + 3 & ~3)
        if data[at:at + name].rstrip(b'\0') == b'VMCOREINFO':
            return data[off:off + desc].rstrip(b'\0').decode()
        off += desc + 3 & ~3
    return None


def open_dump(path):
    with open(path, 'rb') as f:
        magic = f.read(8)
    if magic[:4] == b'\x7fELF':
        return Elf(path)
    if magic == b'KDUMP   ':
        return Kdump(path)
    raise ValueError(f'{path}: neither ELF nor kdump')
