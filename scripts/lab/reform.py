#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""An ELF core as something else.

    reform.py ram CORE OUT            the bytes of RAM, each at its own address
    reform.py no-prstatus CORE OUT    the core without the notes of CPUs
"""

import struct
import sys

PT_LOAD, PT_NOTE, NT_PRSTATUS = 1, 4, 1
CHUNK = 1 << 20


def segments(f):
    header = f.read(64)
    at, count = struct.unpack_from("<Q", header, 32)[0], struct.unpack_from("<H", header, 56)[0]
    for i in range(count):
        f.seek(at + 56 * i)
        kind, _, offset, _, pa, size, _, _ = struct.unpack("<IIQQQQQQ", f.read(56))
        yield kind, offset, pa, size


def copy(f, out, offset, at, size):
    """With holes for zeroes."""
    while size:
        f.seek(offset)
        data = f.read(min(size, CHUNK))
        if not data:
            sys.exit("the core is cut off")
        if any(data):
            out.seek(at)
            out.write(data)
        offset, at, size = offset + len(data), at + len(data), size - len(data)


def ram(f, out):
    end = 0
    for kind, offset, pa, size in list(segments(f)):
        # What lies right below 4 GiB is the firmware.
        if kind == PT_LOAD and pa + size != 1 << 32:
            copy(f, out, offset, pa, size)
            end = max(end, pa + size)
    out.truncate(end)


def no_prstatus(f, out):
    found = list(segments(f))
    f.seek(0, 2)
    copy(f, out, 0, 0, f.tell())
    out.truncate(f.tell())
    for kind, offset, _, size in found:
        at = offset
        while kind == PT_NOTE and at + 12 <= offset + size:
            f.seek(at)
            name, desc, what = struct.unpack("<III", f.read(12))
            # A name that nobody knows: the note stays, and is nobody's.
            if f.read(name).rstrip(b"\0") in (b"CORE", b"QEMU") and what in (0, NT_PRSTATUS):
                out.seek(at + 12)
                out.write(b"NONE\0"[:name])
            at += 12 + (name + 3) // 4 * 4 + (desc + 3) // 4 * 4


def main():
    what, source, to = sys.argv[1:]
    with open(source, "rb") as f, open(to, "wb") as out:
        {"ram": ram, "no-prstatus": no_prstatus}[what](f, out)


main()
