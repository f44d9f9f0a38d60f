# SPDX-License-Identifier: GPL-2.0-or-later
"""
usage: repack.py FROM TO zlib|lzo|snappy|zstd

A kdump-compressed file (of zlib or raw pages) with its pages compressed by another library,
as makedumpfile would store them: the same dump in each of the compressions there are.
"""
import ctypes
import struct
import sys
import zlib

ZLIB, LZO, SNAPPY, ZSTD = 1, 2, 4, 0x20
DESC = struct.Struct("<QIIQ")
ROOM = 1 << 18


def call(library, function, level=None):
    """A compressor of that library: one with a level if it takes one, as zstd's does."""
    out = ctypes.create_string_buffer(ROOM)
    size = ctypes.c_size_t()
    f = getattr(ctypes.CDLL(library), function)
    if level is not None:
        f.restype = ctypes.c_size_t

        def zstd(page):
            n = f(out, ctypes.c_size_t(ROOM), page, ctypes.c_size_t(len(page)), level)
            return out.raw[:n]
        return zstd
    work = [ctypes.create_string_buffer(1 << 17)] if "lzo" in library else []

    def other(page):
        size.value = ROOM
        if f(page, ctypes.c_size_t(len(page)), out, ctypes.byref(size), *work):
            sys.exit(f"repack.py: {function} failed")
        return out.raw[:size.value]
    return other


PACKERS = {
    "zlib": (ZLIB, lambda: lambda page: zlib.compress(page, 1)),
    "lzo": (LZO, lambda: call("liblzo2.so.2", "lzo1x_1_compress")),
    "snappy": (SNAPPY, lambda: call("libsnappy.so.1", "snappy_compress")),
    "zstd": (ZSTD, lambda: call("libzstd.so.1", "ZSTD_compress", 1)),
}


def repack(source, target, by):
    flag, packer = PACKERS[by][0], PACKERS[by][1]()
    head = bytearray(source.read(1 << 16))
    block, sub, bitmaps = struct.unpack_from("<III", head, 428)
    source.seek((1 + sub) * block + bitmaps // 2 * block)
    pages = sum(bin(byte).count("1") for byte in source.read(bitmaps // 2 * block))
    start = (1 + sub + bitmaps) * block
    source.seek(0)
    head = bytearray(source.read(start))
    struct.pack_into("<I", head, 424, flag)
    descs = source.read(pages * DESC.size)
    target.write(head)
    target.write(bytes(len(descs)))
    at, out, seen = start + len(descs), bytearray(), {}
    for i in range(pages):
        offset, size, flags, more = DESC.unpack_from(descs, i * DESC.size)
        # Many pages share one: that of zeroes.
        if offset not in seen:
            source.seek(offset)
            page = source.read(size)
            if flags & (LZO | SNAPPY | ZSTD):
                sys.exit("repack.py: from zlib or raw pages only")
            if flags & ZLIB:
                page = zlib.decompress(page)
            packed = packer(page)
            seen[offset] = (at, len(packed), flag) if len(packed) < block else (at, block, 0)
            target.write(packed if len(packed) < block else page)
            at += seen[offset][1]
        out += DESC.pack(*seen[offset], more)
    target.seek(start)
    target.write(out)


def main():
    if len(sys.argv) != 4 or sys.argv[3] not in PACKERS:
        sys.exit(__doc__.strip())
    with open(sys.argv[1], "rb") as source, open(sys.argv[2], "wb") as target:
        repack(source, target, sys.argv[3])


if __name__ == "__main__":
    main()
