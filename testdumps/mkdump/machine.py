# SPDX-License-Identifier: GPL-2.0-or-later
"""A whole machine under Linux, as far as its memory map goes.

Built the way the kernel builds it: RAM and firmware's map; sections, usages
and subsection maps; the memmap behind 2 MiB or 4 KiB leaves; struct pages with
their links; zones and nodes; memory blocks; device pagemaps; the resource
tree; the log. It is x86_64 or arm64, with pages of the size that layout.py was
told. What VMCOREINFO says of it comes from the kernel's table (kernels.py), so
no symbol table and no BTF is needed.

Two parts of memory are in use: the kernel's image at 16 MiB (virtual
0xffffffff81000000) with its variables, and what memblock gave out, from 32 MiB
on. The rest is free, but for a few pages that show what a memmap looks like:
page cache, a slab, a page table.
"""

import formats
from address import AddressSpace
from devices import Devices
from faults import Faults
from kernels import in_vmcoreinfo, kernel
import layout
from log import Log
from memory import Memory
from pages import Pages
from resources import Resources
from sections import Sections
from zones import Zones


class Machine(AddressSpace, Sections, Zones, Devices, Resources, Log, Pages, Faults):
    """Each part of the kernel is a file; they share this object."""

    def __init__(self, name):
        self.facts, self.zone_names = kernel(name)
        self.version = tuple(int(x) for x in name.split("."))
        self.bare = False       # VMCOREINFO has what the kernel puts there, and no types
        self.mem = Memory()
        self.page_offset = layout.PAGE_OFFSET
        self.vmemmap = layout.VMEMMAP
        self.levels = layout.TABLES.levels
        self.top = (1 << 46) - 1    # the last physical address
        self.ram = []           # (start, end) in bytes, end inclusive
        self.reserved = []      # the same, firmware's
        self.devices = []
        self.hotplugged = []    # (start, end, online, fill)
        self.small = set()      # section numbers to map by 4 KiB leaves
        self.sections = {}
        self.objects = {}       # name: (struct, virtual address), for poke
        self.symbols = {}
        self.owned = []         # (start, end) in bytes: what the allocators gave out
        self.pending = []       # struct pages that differ from their neighbours
        self.log = []           # (nanoseconds, text, caller)
        self.cpus = []
        self.info = {}          # VMCOREINFO lines that the text sets; None: take out

    # Building, in the order of the kernel's boot

    def build(self):
        self.variable_next, self.early_next = layout.VARIABLES, layout.EARLY
        for start, end in self.ram:
            self.mem.add_ram(start, end)
        for start, end, _, _ in self.hotplugged:
            self.mem.add_ram(start, end)
        for dev in self.devices:
            # enum memory_type has had MEMORY_DEVICE_COHERENT before it since v6.0.
            dev.type = dev.type or (4 if self.version >= (6, 0) else 3)
            if dev.dumped:
                self.mem.add_ram(dev.start * layout.PAGE, dev.end * layout.PAGE - 1)
        # struct uts_namespace: after a reference count until v5.11
        uts = self.variable("init_uts_ns", 512) + self.facts.get("OFFSET(uts_namespace.name)", 4)
        self.mem.write(uts, formats.utsname(self.fact("OSRELEASE")))
        root = max(layout.PAGE, 8 << layout.TABLES.width(layout.TABLES.levels - 1))
        self.pgd = self.variable(layout.TABLES.ROOT[0], root, layout.PAGE)
        for name in layout.TABLES.ROOT[1:]:
            self.symbols[name] = self.symbols[layout.TABLES.ROOT[0]]
        self.symbols["_stext"] = layout.IMAGE_VA + layout.IMAGE
        top = max(e for _, e in self.everything()) + 1
        large = layout.TABLES.LARGEST
        for at in range(0, top, 1 << layout.TABLES.shift(large)):
            self.map(self.direct(at), at, large)
        for at in range(0, 64 << 20, 1 << layout.TABLES.shift(1)):
            self.map(layout.IMAGE_VA + at, at, 1)
        self.build_sections()
        self.build_zones()
        self.build_blocks()
        if "SIZE(dev_pagemap)" in self.facts and self.zone_device() >= 0:
            self.build_pgmaps()
        self.build_resources()
        self.build_log()
        self.build_variables()
        self.build_pages()

    def everything(self):
        return ([(s, e) for s, e in self.ram] + [(s, e) for s, e, _, _ in self.hotplugged] +
                [(d.start * layout.PAGE, d.end * layout.PAGE - 1) for d in self.devices])

    def ram_pfns(self):
        """Boot RAM, in whole pages."""
        return [(-(-s // layout.PAGE), (e + 1) // layout.PAGE) for s, e in self.ram]

    def build_variables(self):
        if layout.ARCH == "x86_64":
            self.mem.set(self.variable("page_offset_base", 8), self.page_offset)
            self.mem.set(self.variable("vmemmap_base", 8), self.vmemmap)
        elif self.version < (5, 11) or layout.ARCH == "ppc64le":
            self.mem.set(self.variable("vmemmap", 8), self.vmemmap)
        self.mem.set(self.variable("max_pfn", 8), max(b for _, b in self.mem.ranges))
        panicked = any("Kernel panic" in text for _, text, _ in self.log)
        self.mem.set(self.variable("panic_cpu", 4), 0 if panicked else -1, 4)
        self.mem.set(self.variable("num_poisoned_pages", 8), 0)
        self.mem.set(self.variable("system_state", 4), self.fact("NUMBER(SYSTEM_RUNNING)"), 4)
        self.variable("hstates", 8)
        if self.version < (4, 10):      # VMCOREINFO has its address, in RHEL its value too
            self.variable("phys_base", 8)

    # VMCOREINFO

    def vmcoreinfo(self):
        info = {"OSRELEASE": self.facts["OSRELEASE"], "KERNELOFFSET": "0"}
        for key, value in self.facts.items():
            info[key] = str(value)
        hidden = ("printk_rb_static", "e820_table_init")
        if self.bare:
            info = {k: v for k, v in info.items() if in_vmcoreinfo(k)}
        for name, va in self.symbols.items():
            if name not in hidden:
                info["SYMBOL(%s)" % name] = "%x" % va
        info.update(self.info)
        return "".join("%s=%s\n" % kv for kv in info.items() if kv[1] is not None).encode()
