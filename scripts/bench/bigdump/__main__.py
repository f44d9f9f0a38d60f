#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
usage: bigdump [--format elf|kdump] [--profile size|scan] [--region N] [--sound] SIZE FILE

A vmcore of a server with SIZE of RAM (64G, 1T, 64T), which panicked on a struct
page. On stdout, in JSON: what is wrong with it, and where.

size    sections, page tables, zones, blocks and resources are all there, and so is the
        memmap; but what it holds repeats: N sections (--region, 32) of each node's are in
        the file, and the others lead there. No struct page of them says where it is
        (struct pages in use, on no list), so that each is right in every place. A scan of
        it reads as many bytes as the machine has, from a cache that holds them.
scan    each section of the memmap has contents of its own: free blocks, huge pages,
        LRU lists, all linked. The file grows with SIZE, 1/64 of it; a scan reads it all.

Neither has zero pages in the memmap, nor anything but what --sound leaves out:

- "panic": the altmap reserve of the first device, filled with 0xfd. The log and its
  registers lead there.
- "unmapped": a section whose leaf is not mapped.
- "usage": a section without a usage.
- "offline": a section that lacks ONLINE, in a memory block that is online.
- "mislinked": 512 struct pages linked to another node (seen by the scan alone).
"""

import argparse
import json
import os
import sys

import bigserver
from contents import NODE_SHIFT
from files import WRITERS
from layout import SECTION_PAGES

UNITS = {"G": 1 << 30, "T": 1 << 40}


def size_of(word):
    return int(word[:-1]) * UNITS[word[-1]]


def nodes_of(size):
    return max(2, size >> 43)


def plant(server):
    """Faults, in the last node, but that of the panic. A section without a hole:
    an eighth of the node, and so on, from its start on."""
    start, end = server.nodes[-1]
    eighth = (end - start) // bigserver.SECTION // 8
    unmapped, usage, offline, mislinked = (start // bigserver.SECTION + i * eighth
                                           for i in (3, 4, 5, 6))
    for nr in (unmapped, usage, offline, mislinked):
        if nr in server.special:
            raise ValueError("section %d is needed for a fault and is not plain" % nr)
    server.mem.set(server.entry(server.page_va(unmapped * SECTION_PAGES), 1), 0)
    server.mem.set(server.section_pa[usage] + 8, 0)
    server.mem.set(server.section_pa[offline], server.vmemmap | bigserver.BOOT & ~4)
    first = mislinked * SECTION_PAGES + 512
    pages = bytearray(server.contents.section(server.key(mislinked))[64 * 512:128 * 512])
    for at in range(7, len(pages), 64):
        pages[at] &= (1 << NODE_SHIFT % 8) - 1      # node 0
    server.put(first, bytes(pages))
    pfn = server.devices[0].start
    server.put(pfn, b"\xfd" * 128)
    server.panic(os.path.join(bigserver.TOP, "testdumps/synthetic/machines/s1-oops.text"),
                 0xa000, pfn)

    def whole(nr):
        return nr * SECTION_PAGES, (nr + 1) * SECTION_PAGES
    return {"panic": (pfn, pfn + 2), "unmapped": whole(unmapped), "usage": whole(usage),
            "offline": whole(offline), "mislinked": (first, first + 512)}


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--format", choices=sorted(WRITERS), default="elf")
    parser.add_argument("--profile", choices=("size", "scan"), default="size")
    parser.add_argument("--region", type=int, default=32)
    parser.add_argument("--sound", action="store_true")
    parser.add_argument("size", type=size_of)
    parser.add_argument("file")
    args = parser.parse_args()
    server = bigserver.Server(args.size, nodes_of(args.size),
                            "place" if args.profile == "scan" else "ram", args.region)
    server.cpus = [{"pid": 0} for _ in range(32 * len(server.nodes))]
    server.build()
    faults = {} if args.sound else plant(server)
    server.finish()
    with open(args.file, "w+b") as f:
        WRITERS[args.format](f, server)
    json.dump({name: ["0x%x" % pfn for pfn in where] for name, where in faults.items()},
              sys.stdout)
    print()


main()
