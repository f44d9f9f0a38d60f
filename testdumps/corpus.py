#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Folders of many dumps, for batch.

    corpus.py many DIR N       N dumps: the distilled ones, and mutants of them
    corpus.py hang DIR         a dump whose pages take minutes to look through
    corpus.py hungry FILE      a dump whose notes alone take 128 MiB
    corpus.py holes DUMP FILE  a kdump file that claims 1 PiB, in 9 TiB of holes
    corpus.py nothing FILE     an ELF core of 9 TiB without a byte in it
    corpus.py split DUMP DIR   a kdump file as a set of two

The same N gives the same dumps. All but the first and last are sparse files.
"""

import os
import pathlib
import random
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent
VERSION, STATUS, BLOCK, SUB_BLOCKS, BITMAP_BLOCKS, MAX_MAPNR = 8, 424, 428, 432, 436, 440
SPLIT, VMCOREINFO, NOTES, START_64, END_64, MAX_64 = 12, 32, 48, 80, 88, 96
DESC = 24
# What a name may hold, and programs stumble over; the last is no UTF-8.
NAMES = ["vmcore", "dump of monday", "notes.txt", "<img src=x>", "a'b\"c", "\\x41",
         "$(touch x)", "-o", "gr\udcf6\udcdfe"]


def many(folder, count):
    dumps = sorted(HERE.glob("*/*.kdump"))
    rng = random.Random(count)
    for i in range(count):
        source = dumps[i % len(dumps)]
        data = bytearray(source.read_bytes())
        # The first round is whole; then one to eight bytes of each are wrong: in
        # the headers and notes, which much depends on; in the data; or anywhere.
        if i >= len(dumps):
            start, end = ((8, 16384), (len(data) // 2, len(data)), (8, len(data)))[i % 3]
            for _ in range(rng.randint(1, 8)):
                data[rng.randrange(start, end)] = rng.randrange(256)
        if i % 10 == 9:
            data = data[:rng.randrange(len(data) // 2, len(data))]
        where = folder / f"host{i % 7}" / f"{i:05d}"
        where.mkdir(parents=True)
        (where / NAMES[i % len(NAMES)]).write_bytes(data)


def header(blocks, max_pfn):
    """The blocks before the bitmaps, of which there are as many for each."""
    hdr = bytearray(4096 * 2)
    hdr[0:8] = b"KDUMP   "
    struct.pack_into("<I", hdr, VERSION, 6)
    hdr[12:17] = b"Linux"
    hdr[12 + 4 * 65:12 + 4 * 65 + 6] = b"x86_64"
    struct.pack_into("<III", hdr, BLOCK, 4096, 1, 2 * blocks)
    struct.pack_into("<I", hdr, MAX_MAPNR, min(max_pfn, 0xffffffff))
    struct.pack_into("<Q", hdr, 4096 + MAX_64, max_pfn)
    return hdr


def sparse(path, head, size):
    with open(path, "wb") as f:
        f.write(head)
        f.truncate(size)


def hang(folder):
    """The bitmap has 2^29 pages, whose descriptors are a hole; no VMCOREINFO: all are tried."""
    pages = 1 << 29
    blocks = pages // 8 // 4096
    folder.mkdir(parents=True)
    path = folder / "vmcore"
    sparse(path, header(blocks, pages), 8192 + 2 * 4096 * blocks + DESC * pages)
    with open(path, "r+b") as f:
        f.seek(8192 + 4096 * blocks)
        f.write(b"\xff" * (4096 * blocks))


def hungry(path):
    head = header(1, 32768)
    for at in (VMCOREINFO, NOTES):
        struct.pack_into("<QQ", head, 4096 + at, 1 << 20, 64 << 20)
    sparse(path, head, 80 << 20)


def holes(dump, path):
    data, pages = dump.read_bytes(), 1 << 38
    block, sub, bitmaps = struct.unpack_from("<III", data, BLOCK)
    ram, claimed = (1 + sub) * block, pages // 8
    half, old = bitmaps // 2 * block, (1 + sub + bitmaps) * block
    nr = sum(b.bit_count() for b in data[ram + half:old])
    head, descs = bytearray(data[:ram]), bytearray(data[old:old + DESC * nr])
    struct.pack_into("<II", head, BITMAP_BLOCKS, 2 * claimed // block, 0xffffffff)
    struct.pack_into("<Q", head, block + MAX_64, pages)
    for i in range(nr):
        offset, = struct.unpack_from("<Q", descs, DESC * i)
        struct.pack_into("<Q", descs, DESC * i, offset + 2 * (claimed - half))
    sparse(path, head + data[ram:ram + half], 9 << 40)
    with open(path, "r+b") as f:
        f.seek(ram + claimed)
        f.write(data[ram + half:old])
        f.seek(ram + 2 * claimed)
        f.write(descs + data[old + DESC * nr:])


def nothing(path):
    size = 9 << 40
    head = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    head += struct.pack("<HHIQQQIHHHHHH", 4, 62, 1, 0, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    head += struct.pack("<IIQQQQQQ", 1, 7, 4096, 0, 0, size, size, 0)
    sparse(path, head, size + 4096)


def split(dump, folder):
    data = dump.read_bytes()
    block, sub, bitmaps = struct.unpack_from("<III", data, BLOCK)
    pages = struct.unpack_from("<Q", data, block + MAX_64)[0]
    bitmap = (1 + sub + bitmaps // 2) * block
    desc = (1 + sub + bitmaps) * block
    bits = int.from_bytes(data[bitmap:bitmap + (pages + 7) // 8], "little")
    # Where half of the pages are on each side.
    total, middle = bits.bit_count(), pages // 2
    before = (bits & ((1 << middle) - 1)).bit_count()
    folder.mkdir(parents=True)
    for name, start, end, first in (("vmcore.1", 0, middle, 0), ("vmcore.2", middle, pages, before)):
        part = bytearray(data)
        part[desc:desc + (total - first) * DESC] = data[desc + first * DESC:desc + total * DESC]
        struct.pack_into("<I", part, block + SPLIT, 1)
        struct.pack_into("<QQ", part, block + START_64, start, end)
        (folder / name).write_bytes(part)


def main():
    what, args = sys.argv[1], [pathlib.Path(a) for a in sys.argv[2:]]
    if what == "many":
        many(args[0], int(os.fspath(args[1])))
    else:
        {"hang": hang, "holes": holes, "hungry": hungry, "nothing": nothing,
         "split": split}[what](*args)


if __name__ == "__main__":
    main()
