# SPDX-License-Identifier: GPL-2.0-or-later
"""What the kernel kept of its memory: page tables, sections, zones, resources, devices.

SPARSEMEM_VMEMMAP and SPARSEMEM_EXTREME, from Linux 3.10 on; arch.py has the machines.
"""
import struct
from collections import namedtuple

import arch
from dumpfile import NotInDump
from layout import Layout

SUBSECTION = 2 << 20

Section = namedtuple('Section', 'nr at word usage usage_pa bitmap')
Zone = namedtuple('Zone', 'name index at start spanned present')
Block = namedtuple('Block', 'at first count state')
Device = namedtuple('Device', 'at ranges reserve')
Leaf = namedtuple('Leaf', 'pfn pages at entry target level')


class Machine:
    def __init__(self, dump, vmlinux=None):
        self.dump = dump
        self.layout = k = Layout(dump.vmcoreinfo, vmlinux)
        info = k.info
        self.release = info.plain['OSRELEASE']
        self.arch = arch.of(info)
        self.levels = self.arch.levels
        self.page_shift = self.arch.page_shift
        self.page = 1 << self.page_shift
        self.root = self.text_pa(info.symbol('swapper_pg_dir'))
        # In VMCOREINFO from v5.8 on
        bits = info.number('SECTION_SIZE_BITS') or self.arch.section_bits
        self.section_pages = 1 << bits - self.page_shift
        self.subsection_pages = SUBSECTION >> self.page_shift
        # As many as zone.free_area has orders, the largest of which is a pageblock's limit
        self.max_order = info.get('LENGTH', 'zone.free_area') - 1
        self.block_pages = 1 << min(self.arch.shift(2) - self.page_shift, self.max_order)
        self._section_flags()
        self._page_flags()
        self._sections()
        self._nodes()
        self._resources()
        self._blocks()
        self._devices()

    # Memory

    def text_pa(self, va):
        return va - self.arch.voffset

    def walk(self, va):
        """([(level, where, entry)...], physical address or None)."""
        table, steps = self.root, []
        va &= (1 << self.arch.va_bits) - 1
        for level in range(self.levels, 0, -1):
            size = 1 << self.arch.shift(level)
            at = table + 8 * (va // size % (1 << self.arch.width(level)))
            entry = int.from_bytes(self.dump.read(at, 8), self.arch.order)
            steps.append((level, at, entry))
            if not entry & self.arch.present:
                return steps, None
            if self.arch.is_leaf(entry, level):
                return steps, (entry & self.arch.FRAME & ~(size - 1)) + va % size
            table = self.arch.below(entry)
        return steps, None

    def pa(self, va):
        if self.arch.in_text(va):
            return self.text_pa(va)
        found = self.walk(va)[1]
        if found is None:
            raise NotInDump(f'{va:#x} is not mapped')
        return found

    def u64(self, pa):
        return struct.unpack('<Q', self.dump.read(pa, 8))[0]

    def u32(self, pa):
        return struct.unpack('<I', self.dump.read(pa, 4))[0]

    def field(self, va, owner, member):
        """Physical address of a member."""
        return self.pa(va + self.layout.offset(owner, member))

    def pointer(self, va, owner, member):
        return self.u64(self.field(va, owner, member))

    def string(self, va):
        try:
            return self.dump.read(self.pa(va), 64).split(b'\0')[0].decode('latin-1')
        except NotInDump:
            return ''

    # struct page

    def _section_flags(self):
        """Macros up to v5.19; each but the first two came with something that can be seen."""
        k = self.layout
        seen = {'present': True, 'map': True,
                'online': k.symbol('__highest_present_section_nr'),
                'early': k.offset('mem_section', 'usage') is not None,
                'taint': k.symbol('pfn_to_online_page')}
        told = {'online': 'SECTION_IS_ONLINE_BIT', 'early': 'SECTION_IS_EARLY_BIT',
                'taint': 'SECTION_TAINT_ZONE_DEVICE_BIT'}
        last = k.number('SECTION_MAP_LAST_BIT')
        self.flag = {}
        for bit, name in enumerate(seen):
            if seen[name] if last is None or bit < 2 else k.number(told[name]) is not None:
                self.flag[name] = 1 << bit
        self.section_flags = (1 << (last if last is not None else len(self.flag))) - 1

    def _page_flags(self):
        k = self.layout
        self.pg = {n: k.number('PG_' + n) for n in (
            'lru', 'reserved', 'head', 'slab', 'hwpoison', 'uptodate', 'active', 'unevictable',
            'dirty', 'referenced', 'reported', 'tail')}
        if self.pg['slab'] is None:
            del self.pg['slab']
        self.page_flags = k.number('__NR_PAGEFLAGS')
        self.zones_width = (k.number('__MAX_NR_ZONES') - 1).bit_length()
        self.nodes_width = (k.words_of('node_data') - 1).bit_length()
        self.zone_shift = 64 - self.nodes_width - self.zones_width
        self.zone_device = k.number('ZONE_DEVICE')
        self.buddy = k.info.number('PAGE_BUDDY_MAPCOUNT_VALUE')
        # A page type is a cleared bit of _mapcount, or from v6.12 on its top byte
        self.type_bits = self.buddy < -1 and self.buddy > -0x10000
        # and up to v4.17 the whole word
        self.types = not self.type_bits or ~self.buddy & ~self.buddy - 1 == 0

    def is_buddy(self, mapcount):
        if not self.types:
            return mapcount == self.buddy & 0xffffffff
        if self.type_bits:
            return mapcount & (0xf0000000 | ~self.buddy & 0xffff) == 0xf0000000
        return mapcount >> 24 == self.buddy >> 24 & 0xff

    # Sections

    def _sections(self):
        k = self.layout
        size = k.info.get('SIZE', 'mem_section')
        per_root = self.page // size
        roots = k.info.symbol('mem_section')
        self.sections = {}
        try:
            last = k.symbol('__highest_present_section_nr')
            last = self.u64(self.text_pa(last)) if last else \
                k.info.get('LENGTH', 'mem_section') * per_root - 1
        except NotInDump:
            last = per_root - 1
        # Without subsections (v5.3), the pageblocks are where the usage is
        usage_at = k.offset('mem_section', 'usage')
        self.map_at = map_at = k.offset('mem_section_usage', 'subsection_map')
        self.blocks_at = k.offset('mem_section_usage', 'pageblock_flags')
        if usage_at is None:
            usage_at, self.blocks_at = k.offset('mem_section', 'pageblock_flags'), 0
        for nr in range(last + 1):
            if nr % per_root == 0:
                root = self.u64(self.pa(roots + 8 * (nr // per_root)))
            if not root:
                continue
            at = self.pa(root + size * (nr % per_root))
            word = self.u64(at)
            if not word & self.flag['map']:
                continue
            usage = self.u64(at + usage_at)
            usage_pa = self.pa(usage)
            bitmap = b'' if map_at is None else self.dump.read(usage_pa + map_at, self.map_bytes())
            self.sections[nr] = Section(nr, at, word, usage, usage_pa,
                                        int.from_bytes(bitmap, 'little'))
            # The same in all sections of a memmap that is one range of addresses
            self.vmemmap = word & ~(self.section_flags) & (1 << 64) - 1
        self.usage_at = usage_at

    def map_bytes(self):
        return max(64, self.section_pages // self.subsection_pages) // 8

    def section_range(self, nr):
        return nr * self.section_pages, (nr + 1) * self.section_pages

    # Nodes and zones

    def _nodes(self):
        k = self.layout
        self.nodes, self.zones = {}, []
        online = self.u64(self.text_pa(k.info.symbol('node_online_map')))
        size = k.info.get('SIZE', 'zone')
        for nid in range(min(64, 1 << self.nodes_width)):
            if not online >> nid & 1:
                continue
            pgdat = self.u64(self.text_pa(k.symbol('node_data')) + 8 * nid)
            self.nodes[nid] = pgdat
            for index in range(k.number('__MAX_NR_ZONES')):
                va = pgdat + k.offset('pglist_data', 'node_zones') + index * size
                get = lambda member: self.pointer(va, 'zone', member)
                self.zones.append(Zone(self.string(get('name')), (nid, index), va,
                                       get('zone_start_pfn'), get('spanned_pages'),
                                       get('present_pages')))

    def zone_at(self, node, index):
        for z in self.zones:
            if z.index == (node, index):
                return z
        return None

    def spanned_by(self, node, index, pfn):
        z = self.zone_at(node, index)
        # ZONE_DEVICE also spans the RAM between devices, which never belongs to it
        if index == self.zone_device and self.in_ram(pfn) and not self.device_of(pfn):
            return False
        return z is not None and z.start <= pfn < z.start + z.spanned

    # iomem_resource

    def _resources(self):
        k = self.layout
        self.resources = []
        stack = [(self.pointer(k.symbol('iomem_resource'), 'resource', 'child'), 0)]
        while stack and len(self.resources) < 10000:
            va, depth = stack.pop()
            if not va:
                continue
            get = lambda member: self.pointer(va, 'resource', member)
            self.resources.append((get('start'), get('end') + 1, self.string(get('name')), depth))
            stack.append((get('sibling'), depth))
            stack.append((get('child'), depth + 1))
        ram = [(a, b) for a, b, name, _ in self.resources if name == 'System RAM']
        self.ram = [(-(-a // self.page), b // self.page) for a, b in sorted(ram)]

    def in_ram(self, pfn):
        return any(a <= pfn < b for a, b in self.ram)

    # Memory blocks and device pagemaps

    def xarray(self, va):
        k = self.layout
        found = []
        shift_at, slots_at = k.offset('xa_node', 'shift'), k.offset('xa_node', 'slots')
        slots = k.length('xa_node', 'slots')
        head = self.field(va, 'xarray', 'xa_head')
        stack = [(self.u64(head), 0, head)]
        while stack:
            entry, index, above = stack.pop()
            if entry & 3 == 2 and entry > 4096:
                node = entry - 2
                shift = self.dump.read(self.pa(node + shift_at), 1)[0]
                for i in range(slots):
                    at = self.pa(node + slots_at + 8 * i)
                    stack.append((self.u64(at), index + (i << shift), at))
            elif entry and not entry & 3:
                found.append((index, entry, above))
        return sorted(found)

    def _blocks(self):
        k = self.layout
        # Enumerators from v6.18 on; bits before
        self.mem_online = k.number('MEM_ONLINE') if k.number('MEM_ONLINE') is not None else 1
        self.mem_offline = k.number('MEM_OFFLINE') if k.number('MEM_OFFLINE') is not None else 4
        self.blocks = []
        if k.symbol('memory_blocks') is None:
            return
        per = k.symbol('sections_per_block')
        per = self.u64(self.pa(per)) & 0xffffffff if per else 1
        start = k.offset('memory_block', 'start_section_nr')
        for _, va, _ in self.xarray(k.symbol('memory_blocks')):
            self.blocks.append(Block(va, self.u64(self.pa(va + start)), per,
                                     self.pointer(va, 'memory_block', 'state') & 0xffffffff))

    def _devices(self):
        k = self.layout
        self.devices = []
        array = k.symbol('pgmap_array') or k.symbol('pgmap_radix')
        # A radix tree of that name is not read: dumps with such devices are not for us
        if array and k.offset('xa_node', 'shift') is None:
            array = None
        self.pgmap_slots = self.xarray(array) if array else []
        for va in sorted({entry for _, entry, _ in self.pgmap_slots}):
            ranges = [(a // self.page, (b + 1) // self.page) for a, b in self._ranges(va)]
            # memmap_init() begins behind the reserve
            reserve = (0, 0)
            if self._has_altmap(va):
                base = self.u64(self.altmap_field(va, 'base_pfn'))
                reserve = base, base + self.u64(self.altmap_field(va, 'reserve'))
            self.devices.append(Device(va, ranges, reserve))

    def _ranges(self, va):
        k = self.layout
        if k.offset('dev_pagemap', 'range') is None:        # a resource, up to v5.9
            at = va + k.offset('dev_pagemap', 'res')
            return [(self.pointer(at, 'resource', 'start'), self.pointer(at, 'resource', 'end'))]
        at = va + k.offset('dev_pagemap', 'range')
        count = min(16, self.u32(self.field(va, 'dev_pagemap', 'nr_range')))
        return [(self.u64(self.pa(at + 16 * i)), self.u64(self.pa(at + 16 * i + 8)))
                for i in range(count)]

    def altmap_field(self, va, member):
        """Where a member of the altmap of the pagemap at va is."""
        return self.field(va + self.layout.offset('dev_pagemap', 'altmap'), 'vmem_altmap', member)

    def _has_altmap(self, va):
        """PGMAP_ALTMAP_VALID, which was a bool of its own up to v5.2."""
        if self.layout.offset('dev_pagemap', 'altmap_valid') is None:
            return self.u32(self.field(va, 'dev_pagemap', 'flags')) & 1
        return self.dump.read(self.field(va, 'dev_pagemap', 'altmap_valid'), 1)[0]

    def device_of(self, pfn):
        for d in self.devices:
            if any(a <= pfn < b for a, b in d.ranges):
                return d
        return None

    def reserve_in(self, a, b):
        return any(d.reserve[0] < b and a < d.reserve[1] for d in self.devices)
