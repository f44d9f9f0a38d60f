# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernels that a machine can run: what VMCOREINFO, BTF and kallsyms would say.

A table per kernel, in VMCOREINFO's own syntax, as built from the sources that
its comment names. To add a kernel, add a table; a value of None takes out a
row that the table it starts from has.
"""

import layout

COMMON = {
    "PAGESIZE": 4096,
    "NUMBER(phys_base)": 0,
    "NUMBER(pgtable_l5_enabled)": 0,
    "NUMBER(sme_mask)": 0,
    "NUMBER(SECTION_SIZE_BITS)": 27,
    "NUMBER(MAX_PHYSMEM_BITS)": 46,
    "SIZE(mem_section)": 16,
    "LENGTH(mem_section)": 2048,
    "OFFSET(mem_section.section_mem_map)": 0,
    "OFFSET(mem_section.usage)": 8,
    "SIZE(mem_section_usage.subsection_map)": 8,
    "SIZE(page)": 64,
    "OFFSET(page.flags)": 0,
    "OFFSET(page.lru)": 8,
    "OFFSET(page.compound_head)": 8,
    "OFFSET(page.pgmap)": 8,
    "OFFSET(page.mapping)": 24,
    "OFFSET(page.index)": 32,
    "OFFSET(page.private)": 40,
    "OFFSET(page._mapcount)": 48,
    "OFFSET(page.page_type)": 48,
    "OFFSET(page._refcount)": 52,
    "NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)": -129,
    "NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)": -257,
    "NUMBER(PG_lru)": 4,
    "NUMBER(PG_slab)": 9,
    "NUMBER(PG_reserved)": 12,
    "NUMBER(PG_head)": 16,
    "NUMBER(PG_unevictable)": 20,
    "NUMBER(PG_reported)": 2,
    "NUMBER(NR_PAGEBLOCK_BITS)": 4,
    "NUMBER(MIGRATE_TYPES)": 5,
    "OFFSET(pglist_data.node_zones)": 0,
    "LENGTH(zone.free_area)": 11,
    "SIZE(resource)": 64,
    "OFFSET(resource.start)": 0,
    "OFFSET(resource.end)": 8,
    "OFFSET(resource.name)": 16,
    "OFFSET(resource.flags)": 24,
    "OFFSET(resource.sibling)": 48,
    "OFFSET(resource.child)": 56,
    "OFFSET(e820_table.nr_entries)": 0,
    "OFFSET(e820_table.entries)": 4,
    "SIZE(e820_entry)": 20,
    "OFFSET(e820_entry.addr)": 0,
    "OFFSET(e820_entry.size)": 8,
    "OFFSET(e820_entry.type)": 16,
    "OFFSET(memory_block.start_section_nr)": 0,
    "OFFSET(memory_block.state)": 8,
    "SIZE(memory_block.state)": 8,
    "OFFSET(memory_block.nid)": 20,
    "SIZE(dev_pagemap)": 152,
    "OFFSET(dev_pagemap.altmap)": 0,
    "OFFSET(dev_pagemap.nr_range)": 128,
    "OFFSET(dev_pagemap.range)": 136,
    "SIZE(range)": 16,
    "OFFSET(range.start)": 0,
    "OFFSET(range.end)": 8,
    "OFFSET(vmem_altmap.base_pfn)": 0,
    "OFFSET(vmem_altmap.end_pfn)": 8,
    "OFFSET(vmem_altmap.reserve)": 16,
    "OFFSET(vmem_altmap.free)": 24,
    "OFFSET(vmem_altmap.align)": 32,
    "OFFSET(vmem_altmap.alloc)": 40,
    "OFFSET(xarray.xa_head)": 8,
    "OFFSET(xa_node.shift)": 0,
    "OFFSET(xa_node.slots)": 40,
    "OFFSET(printk_ringbuffer.desc_ring)": 0,
    "OFFSET(prb_desc_ring.count_bits)": 0,
    "OFFSET(prb_desc_ring.descs)": 8,
    "OFFSET(prb_desc_ring.infos)": 16,
    "OFFSET(prb_desc_ring.head_id)": 24,
    "OFFSET(prb_desc_ring.tail_id)": 32,
    "SIZE(prb_desc)": 24,
    "OFFSET(prb_desc.state_var)": 0,
    "OFFSET(prb_desc.text_blk_lpos)": 8,
    "OFFSET(prb_data_blk_lpos.begin)": 0,
    "OFFSET(prb_data_blk_lpos.next)": 8,
    "OFFSET(prb_data_ring.size_bits)": 0,
    "OFFSET(prb_data_ring.data)": 8,
    "SIZE(printk_info)": 88,
    "OFFSET(printk_info.seq)": 0,
    "OFFSET(printk_info.ts_nsec)": 8,
    "OFFSET(printk_info.text_len)": 16,
    "OFFSET(atomic_long_t.counter)": 0,
    "SIZE(thread_union)": 16384,
}


def functions(*names):
    """The walkers and what else extension/core/pages/walker.c asks for; any address will do."""
    return {"SYMBOL(%s)" % n: "%x" % (0xffffffff81100000 + 0x1000 * i)
            for i, n in enumerate(names)}


# Debian's linux-source-5.10 (5.10.262), allnoconfig and what memory hotplug,
# pmem, NUMA and DEBUG_VM take. It has the usage freed by RCU (5ec8e8ea8b77,
# v6.8, in stable 5.10.y) and no enum of the section bits (ed7802dd48f7, v6.0).
V5_10 = dict(COMMON, **dict({
    "OSRELEASE": "5.10.262",
    "OFFSET(mem_section_usage.rcu)": 0,
    "OFFSET(mem_section_usage.subsection_map)": 16,
    "OFFSET(mem_section_usage.pageblock_flags)": 24,
    "NUMBER(PG_hwpoison)": 22,
    "NUMBER(SYSTEM_RUNNING)": 2,
    "NUMBER(MF_MSG_BUDDY)": 18,
    "NUMBER(MF_MSG_BUDDY_2ND)": 19,
    "NUMBER(__NR_PAGEFLAGS)": 24,
    "NUMBER(__MAX_NR_ZONES)": 4,
    "NUMBER(ZONE_MOVABLE)": 2,
    "NUMBER(ZONE_DEVICE)": 3,
    "LENGTH(node_data)": 64,
    "SIZE(pglist_data)": 14848,
    "OFFSET(pglist_data.nr_zones)": 14112,
    "OFFSET(pglist_data.node_start_pfn)": 14120,
    "OFFSET(pglist_data.node_present_pages)": 14128,
    "OFFSET(pglist_data.node_spanned_pages)": 14136,
    "OFFSET(pglist_data.node_id)": 14144,
    "SIZE(zone)": 1472,
    "OFFSET(zone.zone_start_pfn)": 96,
    "OFFSET(zone.managed_pages)": 104,
    "OFFSET(zone.spanned_pages)": 112,
    "OFFSET(zone.present_pages)": 120,
    "OFFSET(zone.name)": 128,
    "OFFSET(zone.free_area)": 192,
    "OFFSET(zone.contiguous)": 1277,
    "SIZE(memory_block)": 672,
    "OFFSET(dev_pagemap.type)": 104,
    "OFFSET(dev_pagemap.flags)": 108,
    "LENGTH(xa_node.slots)": 16,
    "SIZE(printk_ringbuffer)": 80,
    "OFFSET(printk_ringbuffer.text_data_ring)": 40,
}, **functions("schedule", "online_pages", "page_init_poison", "kpageflags_read",
               "kpagecount_read", "compaction_suitable", "memory_failure",
               "soft_offline_page", "offline_pages", "test_pages_in_a_zone", "read_kcore")))

# The same before v5.10: the log is a buffer of records (printk_log), a pagemap
# holds a struct resource, the usage has no RCU head, and partial removal still
# takes the memmap of an early section (ef69bc9f689d, v5.9).
V5_8 = dict(V5_10, **{
    "OSRELEASE": "5.8.0",
    "OFFSET(mem_section_usage.rcu)": None,
    "OFFSET(mem_section_usage.subsection_map)": 0,
    "OFFSET(mem_section_usage.pageblock_flags)": 8,
    "NUMBER(SECTION_SIZE_BITS)": None,
    "NUMBER(MAX_PHYSMEM_BITS)": None,
    "OFFSET(dev_pagemap.nr_range)": None,
    "OFFSET(dev_pagemap.range)": None,
    "OFFSET(dev_pagemap.res)": 48,
    "OFFSET(dev_pagemap.type)": 208,
    "OFFSET(dev_pagemap.flags)": 212,
    "SIZE(dev_pagemap)": 232,
    "SIZE(printk_log)": 16,
    "OFFSET(printk_log.ts_nsec)": 0,
    "OFFSET(printk_log.len)": 8,
    "OFFSET(printk_log.text_len)": 10,
})

# v5.4 (5.4.59, allnoconfig with the options of the 5.10 above): subsections and the early bit
# are there; memory blocks are in the list of their bus, PG_reported and tail pages of memory
# hotplug's own are not.
V5_4 = dict(V5_8, **{
    "OSRELEASE": "5.4.59",
    "NUMBER(SECTION_MARKED_PRESENT_BIT)": 0,
    "NUMBER(SECTION_HAS_MEM_MAP_BIT)": 1,
    "NUMBER(SECTION_IS_ONLINE_BIT)": 2,
    "NUMBER(SECTION_IS_EARLY_BIT)": 3,
    "NUMBER(SECTION_MAP_LAST_BIT)": 4,
    "NUMBER(PG_reported)": None,
    "NUMBER(MIGRATE_MOVABLE)": 1,
    "NUMBER(__NR_PAGEFLAGS)": 23,
    "SIZE(free_area)": 88,
    "OFFSET(resource.parent)": 40,
    "SIZE(memory_block)": 680,
    "OFFSET(memory_block.nid)": 672,
    "OFFSET(memory_block.dev)": 48,
    "OFFSET(bus_type.p)": 152,
    "OFFSET(subsys_private.klist_devices)": 160,
    "OFFSET(klist.k_list)": 8,
    "OFFSET(klist_node.n_node)": 8,
    "OFFSET(device_private.knode_bus)": 104,
    "OFFSET(device_private.device)": 152,
    "SIZE(dev_pagemap)": 224,
    "SIZE(dev_pagemap.altmap)": 48,
    "SIZE(dev_pagemap.res)": 64,
    "OFFSET(page.compound_dtor)": 16,
    "SIZE(page.compound_dtor)": 1,
    "OFFSET(page.compound_order)": 17,
    "SIZE(page.compound_order)": 1,
    "NUMBER(PG_private)": 13,
})

# v5.15 (5.15.135, the same options, and ZONE_DMA by default): the section of a pagemap's end
# is tainted, the usage has no RCU head, and the log is that of v5.10.
V5_15 = dict(V5_10, **dict({
    "OSRELEASE": "5.15.135",
    "NUMBER(SECTION_MARKED_PRESENT_BIT)": 0,
    "NUMBER(SECTION_HAS_MEM_MAP_BIT)": 1,
    "NUMBER(SECTION_IS_ONLINE_BIT)": 2,
    "NUMBER(SECTION_IS_EARLY_BIT)": 3,
    "NUMBER(SECTION_TAINT_ZONE_DEVICE_BIT)": 4,
    "NUMBER(SECTION_MAP_LAST_BIT)": 5,
    "OFFSET(mem_section_usage.rcu)": None,
    "OFFSET(mem_section_usage.subsection_map)": 0,
    "OFFSET(mem_section_usage.pageblock_flags)": 8,
    "OFFSET(page.compound_dtor)": 16,
    "SIZE(page.compound_dtor)": 1,
    "OFFSET(page.compound_order)": 17,
    "SIZE(page.compound_order)": 1,
    "OFFSET(page.compound_nr)": 24,
    "NUMBER(NR_COMPOUND_DTORS)": 4,
    "NUMBER(PG_private)": 13,
    "NUMBER(PG_hwpoison)": 23,
    "NUMBER(__NR_PAGEFLAGS)": 25,
    "NUMBER(__MAX_NR_ZONES)": 5,
    "NUMBER(ZONE_MOVABLE)": 3,
    "NUMBER(ZONE_DEVICE)": 4,
    "SIZE(free_area)": 88,
    "SIZE(pglist_data)": 18048,
    "OFFSET(pglist_data.nr_zones)": 17312,
    "OFFSET(pglist_data.node_start_pfn)": 17320,
    "OFFSET(pglist_data.node_present_pages)": 17328,
    "OFFSET(pglist_data.node_spanned_pages)": 17336,
    "OFFSET(pglist_data.node_id)": 17344,
    "SIZE(zone)": 1408,
    "OFFSET(zone.zone_start_pfn)": 120,
    "OFFSET(zone.managed_pages)": 128,
    "OFFSET(zone.spanned_pages)": 136,
    "OFFSET(zone.present_pages)": 144,
    "OFFSET(zone.name)": 160,
    "OFFSET(resource.parent)": 40,
    "SIZE(memory_block)": 688,
    "SIZE(dev_pagemap)": 144,
    "OFFSET(dev_pagemap.nr_range)": 120,
    "OFFSET(dev_pagemap.range)": 128,
    "OFFSET(dev_pagemap.type)": 96,
    "OFFSET(dev_pagemap.flags)": 100,
    "LENGTH(xa_node.slots)": 64,
    "OFFSET(printk_info.caller_id)": 20,
    "OFFSET(uts_namespace.name)": 0,
}, **functions("schedule", "online_pages", "pfn_to_online_page", "page_init_poison",
               "kpageflags_read", "kpagecount_read", "compaction_suitable", "memory_failure",
               "soft_offline_page", "offline_pages", "test_pages_in_a_zone", "read_kcore")))

# RHEL 8.1's line (4.18.0-147): no subsections, whose place pageblock_flags has; no
# SECTION_IS_EARLY; memory blocks in the list of their bus alone; pagemaps in pgmap_radix,
# which is an XArray here, each with a resource and with altmap_valid; e820_table.
V4_18 = dict(V5_8, **{
    "OSRELEASE": "4.18.0-147.el8.x86_64",
    "OFFSET(mem_section.usage)": None,
    "OFFSET(mem_section.pageblock_flags)": 8,
    "SIZE(mem_section_usage.subsection_map)": None,
    "OFFSET(mem_section_usage.subsection_map)": None,
    "OFFSET(mem_section_usage.pageblock_flags)": None,
    "NUMBER(SECTION_MARKED_PRESENT_BIT)": 0,
    "NUMBER(SECTION_HAS_MEM_MAP_BIT)": 1,
    "NUMBER(SECTION_IS_ONLINE_BIT)": 2,
    "NUMBER(SECTION_MAP_LAST_BIT)": 3,
    "NUMBER(MIGRATE_MOVABLE)": 1,
    "NUMBER(PG_lru)": 5,
    "NUMBER(PG_slab)": 8,
    "NUMBER(PG_reserved)": 11,
    "NUMBER(PG_head)": 15,
    "NUMBER(PG_swapbacked)": 18,
    "NUMBER(PG_unevictable)": 19,
    "NUMBER(PG_hwpoison)": 21,
    "NUMBER(PG_uptodate)": 3,
    "NUMBER(PG_reported)": None,
    "NUMBER(__NR_PAGEFLAGS)": 23,
    "NUMBER(SYSTEM_RUNNING)": 2,
    "SIZE(free_area)": 88,
    "SIZE(pglist_data)": 14784,
    "OFFSET(zone.managed_pages)": 96,
    "OFFSET(zone.zone_start_pfn)": 88,
    "OFFSET(zone.spanned_pages)": 104,
    "OFFSET(zone.present_pages)": 112,
    "OFFSET(zone.name)": 120,
    "OFFSET(zone.contiguous)": 1261,
    "SIZE(resource)": 96,
    "OFFSET(resource.parent)": 40,
    "SIZE(memory_block)": 944,
    "OFFSET(memory_block.state)": 16,
    "OFFSET(memory_block.nid)": 936,
    "OFFSET(memory_block.dev)": 56,
    "OFFSET(bus_type.p)": 152,
    "OFFSET(subsys_private.klist_devices)": 224,
    "OFFSET(klist.k_list)": 8,
    "OFFSET(klist_node.n_node)": 8,
    "OFFSET(device_private.knode_bus)": 104,
    "OFFSET(device_private.device)": 152,
    "SIZE(dev_pagemap)": 208,
    "OFFSET(dev_pagemap.altmap)": 16,
    "SIZE(dev_pagemap.altmap)": 40,
    "OFFSET(dev_pagemap.altmap_valid)": 56,
    "OFFSET(dev_pagemap.flags)": None,
    "OFFSET(dev_pagemap.res)": 64,
    "SIZE(dev_pagemap.res)": 96,
    "OFFSET(dev_pagemap.type)": 184,
    "OFFSET(vmem_altmap.end_pfn)": None,
    "OFFSET(vmem_altmap.reserve)": 8,
    "OFFSET(vmem_altmap.free)": 16,
    "OFFSET(vmem_altmap.align)": 24,
    "OFFSET(vmem_altmap.alloc)": 32,
})

# v4.15 (4.15.1, built likewise): struct page as it was before the unions of v4.18, one value
# for buddy pages; pgmap_radix is a radix tree, of struct page_map, whose pagemap points to
# its range and its altmap; nothing poisons by name.
V4_15 = dict(V4_18, **{
    "OSRELEASE": "4.15.1",
    "SYMBOL(page_init_poison)": None,
    "OFFSET(page.mapping)": 8,
    "OFFSET(page.index)": 16,
    "OFFSET(page._mapcount)": 24,
    "OFFSET(page._refcount)": 28,
    "OFFSET(page.lru)": 32,
    "OFFSET(page.compound_head)": 32,
    "OFFSET(page.pgmap)": 32,
    "OFFSET(page.private)": 48,
    "OFFSET(page.page_type)": None,
    "OFFSET(page.compound_dtor)": 40,
    "SIZE(page.compound_dtor)": 4,
    "OFFSET(page.compound_order)": 44,
    "SIZE(page.compound_order)": 4,
    "NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)": -128,
    "NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)": None,
    "NUMBER(PG_private)": 12,
    "NUMBER(MF_MSG_BUDDY)": 17,
    "NUMBER(MF_MSG_BUDDY_2ND)": 18,
    "NUMBER(__NR_PAGEFLAGS)": 22,
    "SIZE(resource)": 64,
    "SIZE(memory_block)": 688,
    "OFFSET(memory_block.nid)": None,
    "OFFSET(bus_type.p)": 144,
    "OFFSET(subsys_private.klist_devices)": 160,
    "SIZE(dev_pagemap)": 64,
    "SIZE(dev_pagemap.altmap)": 8,
    "OFFSET(dev_pagemap.altmap_valid)": None,
    "OFFSET(dev_pagemap.res)": 24,
    "SIZE(dev_pagemap.res)": 8,
    "OFFSET(dev_pagemap.type)": 56,
    "SIZE(page_map)": 176,
    "OFFSET(page_map.pgmap)": 72,
    "OFFSET(xarray.xa_head)": None,
    "OFFSET(xa_node.shift)": None,
    "OFFSET(xa_node.slots)": None,
    "LENGTH(xa_node.slots)": None,
    "OFFSET(radix_tree_root.rnode)": 8,
    "OFFSET(radix_tree_node.shift)": 0,
    "OFFSET(radix_tree_node.slots)": 40,
    "LENGTH(radix_tree_node.slots)": 16,
})

# v4.12 (4.12.4, built likewise; SLES 12): as v4.15, but for the online bit and the type of a
# pagemap.
V4_12 = dict(V4_15, **{
    "OSRELEASE": "4.12.4",
    "NUMBER(SECTION_IS_ONLINE_BIT)": None,
    "NUMBER(SECTION_MAP_LAST_BIT)": 2,
    "NUMBER(SYSTEM_RUNNING)": 1,
    "OFFSET(bus_type.p)": 152,
    "SIZE(dev_pagemap)": 32,
    "OFFSET(dev_pagemap.altmap)": 0,
    "OFFSET(dev_pagemap.res)": 8,
    "OFFSET(dev_pagemap.type)": None,
    "SIZE(page_map)": 144,
})

# v4.4 (4.4.155, built likewise): the first with compound_head, and before _refcount, ONLINE
# and the tree of pagemaps, which nothing finds there.
V4_4 = dict(V4_15, **{
    "OSRELEASE": "4.4.155",
    "NUMBER(SECTION_IS_ONLINE_BIT)": None,
    "NUMBER(SECTION_MAP_LAST_BIT)": 2,
    "OFFSET(page._refcount)": None,
    "OFFSET(page._count)": 28,
    "OFFSET(page.pgmap)": None,
    "NUMBER(PG_slab)": 7,
    "NUMBER(PG_reserved)": 10,
    "NUMBER(PG_private)": 11,
    "NUMBER(PG_head)": 14,
    "NUMBER(__NR_PAGEFLAGS)": 23,
    "NUMBER(SYSTEM_RUNNING)": 1,
    "SIZE(pglist_data)": 15296,
    "OFFSET(pglist_data.nr_zones)": 15136,
    "OFFSET(pglist_data.node_start_pfn)": 15144,
    "OFFSET(pglist_data.node_present_pages)": 15152,
    "OFFSET(pglist_data.node_spanned_pages)": 15160,
    "OFFSET(pglist_data.node_id)": 15168,
    "SIZE(zone)": 1728,
    "OFFSET(zone.zone_start_pfn)": 112,
    "OFFSET(zone.managed_pages)": 120,
    "OFFSET(zone.spanned_pages)": 128,
    "OFFSET(zone.present_pages)": 136,
    "OFFSET(zone.name)": 144,
    "OFFSET(zone.contiguous)": None,
    "SIZE(resource)": 56,
    "OFFSET(resource.parent)": 32,
    "OFFSET(resource.sibling)": 40,
    "OFFSET(resource.child)": 48,
    "OFFSET(e820_table.nr_entries)": None,
    "OFFSET(e820_table.entries)": None,
    "SIZE(e820_entry)": None,
    "OFFSET(e820_entry.addr)": None,
    "OFFSET(e820_entry.size)": None,
    "OFFSET(e820_entry.type)": None,
    "OFFSET(e820map.nr_map)": 0,
    "OFFSET(e820map.map)": 4,
    "SIZE(e820entry)": 20,
    "OFFSET(e820entry.addr)": 0,
    "OFFSET(e820entry.size)": 8,
    "OFFSET(e820entry.type)": 16,
    "SIZE(memory_block)": 648,
    "SIZE(dev_pagemap)": None,
    "OFFSET(dev_pagemap.altmap)": None,
    "SIZE(dev_pagemap.altmap)": None,
    "OFFSET(dev_pagemap.res)": None,
    "SIZE(dev_pagemap.res)": None,
    "OFFSET(dev_pagemap.type)": None,
    "SIZE(page_map)": None,
    "OFFSET(page_map.pgmap)": None,
    "OFFSET(vmem_altmap.base_pfn)": None,
    "OFFSET(vmem_altmap.reserve)": None,
    "OFFSET(vmem_altmap.free)": None,
    "OFFSET(vmem_altmap.align)": None,
    "OFFSET(vmem_altmap.alloc)": None,
    "OFFSET(radix_tree_node.shift)": None,
})

# RHEL 7.9's line (3.10.0-1160), without ZONE_DEVICE: no SECTION_IS_ONLINE, one value for
# buddy pages, PG_tail and first_page, _count, struct log, e820map, migratetypes in another
# order, no desc in a resource.
V3_10 = dict(V4_18, **{
    "OSRELEASE": "3.10.0-1160.el7.x86_64",
    "SYMBOL(page_init_poison)": None,
    "NUMBER(SECTION_IS_ONLINE_BIT)": None,
    "NUMBER(SECTION_MAP_LAST_BIT)": 2,
    "OFFSET(page.mapping)": 8,
    "OFFSET(page.index)": 16,
    "OFFSET(page._mapcount)": 24,
    "OFFSET(page._refcount)": None,
    "OFFSET(page._count)": 28,
    "OFFSET(page.lru)": 32,
    "OFFSET(page.private)": 48,
    "OFFSET(page.first_page)": 48,
    "OFFSET(page.page_type)": None,
    "OFFSET(page.compound_head)": None,
    "OFFSET(page.pgmap)": None,
    "NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)": -128,
    "NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)": None,
    "NUMBER(PG_slab)": 7,
    "NUMBER(PG_reserved)": 10,
    "NUMBER(PG_head)": 14,
    "NUMBER(PG_tail)": 15,
    "NUMBER(PG_swapbacked)": 19,
    "NUMBER(PG_unevictable)": 20,
    "NUMBER(PG_hwpoison)": 22,
    "NUMBER(__NR_PAGEFLAGS)": 25,
    "NUMBER(MIGRATE_MOVABLE)": 2,
    "NUMBER(MIGRATE_TYPES)": 5,
    "NUMBER(MF_MSG_BUDDY)": None,
    "NUMBER(MF_MSG_BUDDY_2ND)": None,
    "NUMBER(SYSTEM_RUNNING)": 1,
    "NUMBER(__MAX_NR_ZONES)": 3,
    "NUMBER(ZONE_DEVICE)": None,
    "SIZE(pglist_data)": 12736,
    "OFFSET(pglist_data.nr_zones)": 12592,
    "OFFSET(pglist_data.node_start_pfn)": 12600,
    "OFFSET(pglist_data.node_present_pages)": 12608,
    "OFFSET(pglist_data.node_spanned_pages)": 12616,
    "OFFSET(pglist_data.node_id)": 12624,
    "SIZE(zone)": 1856,
    "OFFSET(zone.free_area)": 136,
    "OFFSET(zone.zone_start_pfn)": 1696,
    "OFFSET(zone.spanned_pages)": 1704,
    "OFFSET(zone.present_pages)": 1712,
    "OFFSET(zone.managed_pages)": 1720,
    "OFFSET(zone.name)": 1736,
    "OFFSET(zone.contiguous)": None,
    "SIZE(resource)": 56,
    "OFFSET(resource.parent)": 32,
    "OFFSET(resource.sibling)": 40,
    "OFFSET(resource.child)": 48,
    "OFFSET(e820_table.nr_entries)": None,
    "OFFSET(e820_table.entries)": None,
    "SIZE(e820_entry)": None,
    "OFFSET(e820_entry.addr)": None,
    "OFFSET(e820_entry.size)": None,
    "OFFSET(e820_entry.type)": None,
    "OFFSET(e820map.nr_map)": 0,
    "OFFSET(e820map.map)": 4,
    "SIZE(e820entry)": 20,
    "OFFSET(e820entry.addr)": 0,
    "OFFSET(e820entry.size)": 8,
    "OFFSET(e820entry.type)": 16,
    "SIZE(memory_block)": 448,
    "OFFSET(memory_block.nid)": None,
    "OFFSET(bus_type.p)": 160,
    "OFFSET(subsys_private.klist_devices)": 168,
    "OFFSET(device_private.device)": 160,
    "SIZE(printk_log)": None,
    "OFFSET(printk_log.ts_nsec)": None,
    "OFFSET(printk_log.len)": None,
    "OFFSET(printk_log.text_len)": None,
    "SIZE(log)": 16,
    "OFFSET(log.ts_nsec)": 0,
    "OFFSET(log.len)": 8,
    "OFFSET(log.text_len)": 10,
})

# Debian's linux-image-6.1.0-56-cloud-amd64 (6.1.192): no MEMORY_FAILURE, so no
# PG_hwpoison.
V6_1 = dict(COMMON, **dict({
    "OSRELEASE": "6.1.0-56-cloud-amd64",
    "OFFSET(page.compound_dtor)": 16,
    "SIZE(page.compound_dtor)": 1,
    "OFFSET(page.compound_order)": 17,
    "SIZE(page.compound_order)": 1,
    "OFFSET(page.compound_nr)": 28,
    "NUMBER(NR_COMPOUND_DTORS)": 4,
    "OFFSET(slab.slab_cache)": 24,
    "OFFSET(slab.freelist)": 32,
    "OFFSET(page.memcg_data)": 56,
    "NUMBER(PG_private)": 13,
    "SIZE(address_space)": 192,
    "SIZE(anon_vma)": 96,
    "SIZE(movable_operations)": 24,
    "SIZE(ksm_stable_node)": 64,
    "SIZE(kmem_cache)": 8408,
    "SIZE(buffer_head)": 104,
    "SIZE(mem_cgroup)": 2176,
    "SIZE(obj_cgroup)": 48,
    "OFFSET(printk_info.caller_id)": 20,
    "OFFSET(uts_namespace.name)": 0,
    "OFFSET(mem_section_usage.rcu)": 0,
    "OFFSET(mem_section_usage.subsection_map)": 16,
    "OFFSET(mem_section_usage.pageblock_flags)": 24,
    "NUMBER(SYSTEM_RUNNING)": 3,
    "NUMBER(SECTION_MARKED_PRESENT_BIT)": 0,
    "NUMBER(SECTION_HAS_MEM_MAP_BIT)": 1,
    "NUMBER(SECTION_IS_ONLINE_BIT)": 2,
    "NUMBER(SECTION_IS_EARLY_BIT)": 3,
    "NUMBER(SECTION_TAINT_ZONE_DEVICE_BIT)": 4,
    "NUMBER(SECTION_MAP_LAST_BIT)": 5,
    "NUMBER(__NR_PAGEFLAGS)": 24,
    "NUMBER(__MAX_NR_ZONES)": 5,
    "NUMBER(ZONE_MOVABLE)": 3,
    "NUMBER(ZONE_DEVICE)": 4,
    "LENGTH(node_data)": 1024,
    "SIZE(pglist_data)": 174208,
    "OFFSET(pglist_data.nr_zones)": 171552,
    "OFFSET(pglist_data.node_start_pfn)": 171560,
    "OFFSET(pglist_data.node_present_pages)": 171568,
    "OFFSET(pglist_data.node_spanned_pages)": 171576,
    "OFFSET(pglist_data.node_id)": 171584,
    "OFFSET(pglist_data.first_deferred_pfn)": 171904,
    "SIZE(zone)": 1536,
    "OFFSET(zone.zone_start_pfn)": 128,
    "OFFSET(zone.managed_pages)": 136,
    "OFFSET(zone.spanned_pages)": 144,
    "OFFSET(zone.present_pages)": 152,
    "OFFSET(zone.name)": 168,
    "OFFSET(zone.free_area)": 256,
    "OFFSET(zone.contiguous)": 1341,
    "SIZE(memory_block)": 808,
    "OFFSET(dev_pagemap.type)": 96,
    "OFFSET(dev_pagemap.flags)": 100,
    "OFFSET(dev_pagemap.vmemmap_shift)": 104,
    "LENGTH(xa_node.slots)": 64,
    "SIZE(printk_ringbuffer)": 88,
    "OFFSET(printk_ringbuffer.text_data_ring)": 48,
}, **functions("schedule", "online_pages", "pfn_to_online_page", "page_offline_freeze",
               "kpageflags_read", "kpagecount_read", "compaction_suitable", "offline_pages",
               "read_kcore_iter")))


def not_x86(release):
    """What every other architecture changes in a table: rows of x86 alone go."""
    facts = {"OSRELEASE": release}
    facts.update((k, None) for k in COMMON if "e820" in k)
    facts.update((k, None) for k in ("NUMBER(phys_base)", "NUMBER(pgtable_l5_enabled)",
                                     "NUMBER(sme_mask)"))
    return facts


def arm64(name):
    """What this machine and its page sizes change in a table."""
    t = layout.TABLES
    wide = 52 if t.va_bits == 52 else 48
    bits = layout.SECTION.bit_length() - 1
    maps = max(8, layout.SECTION // layout.SUBSECTION // 8)
    usage = {"OFFSET(mem_section_usage.pageblock_flags)": 16 + maps}
    facts = not_x86(name + ".0-arm64")
    facts.update({
        "PAGESIZE": layout.PAGE,
        "NUMBER(VA_BITS)": t.va_bits,
        "NUMBER(TCR_EL1_T1SZ)": 64 - t.va_bits,
        "NUMBER(kimage_voffset)": "0x%x" % layout.IMAGE_VA,
        "NUMBER(PHYS_OFFSET)": "0x0",
        "NUMBER(SECTION_SIZE_BITS)": bits,
        "NUMBER(MAX_PHYSMEM_BITS)": wide,
        "LENGTH(mem_section)": (1 << (wide - bits)) // (layout.PAGE // 16),
        "SIZE(mem_section_usage.subsection_map)": maps,
        "LENGTH(zone.free_area)": layout.MAX_ORDER + 1,
    })
    if name == "6.1":
        # VMEMMAP_START came to VMCOREINFO with v6.0, and the function with v5.14.
        facts.update(usage, **{"NUMBER(VMEMMAP_START)": "0x%x" % layout.VMEMMAP},
                     **functions("pfn_is_map_memory"))
    return facts


def riscv64(name):
    facts = not_x86(name + ".0-riscv64")
    facts.update({
        "NUMBER(VA_BITS)": layout.TABLES.va_bits,
        "NUMBER(va_kernel_pa_offset)": "0x%x" % layout.IMAGE_VA,
        "NUMBER(MAX_PHYSMEM_BITS)": 56,
        "LENGTH(mem_section)": (1 << (56 - 27)) // (layout.PAGE // 16),
    })
    return facts


def ppc64le(name):
    """Sections of 16 MiB have eight subsections, and a map of one word all the same."""
    facts = not_x86(name + ".0-powerpc64le")
    facts.update({
        "PAGESIZE": layout.PAGE,
        "NUMBER(SECTION_SIZE_BITS)": 24,
        "NUMBER(MAX_PHYSMEM_BITS)": 51,
        "LENGTH(mem_section)": (1 << (51 - 24)) // (layout.PAGE // 16),
        "LENGTH(zone.free_area)": layout.MAX_ORDER + 1,
    })
    return facts


TABLES = {"3.10": V3_10, "4.4": V4_4, "4.12": V4_12, "4.15": V4_15, "4.18": V4_18, "5.4": V5_4,
          "5.8": V5_8, "5.10": V5_10, "5.15": V5_15, "6.1": V6_1}


def kernel(name):
    """Facts of a kernel, and the zones by number, which no fact spells out."""
    table = TABLES[name]
    if layout.ARCH == "aarch64":
        table = dict(table, **arm64(name))
    if layout.ARCH == "ppc64le":
        table = dict(table, **ppc64le(name))
    if layout.ARCH == "riscv64":
        table = dict(table, **riscv64(name))
    facts = {k: v for k, v in table.items() if v is not None}
    zones = ["DMA32", "Normal", "Movable", "Device"]
    if "NUMBER(ZONE_DEVICE)" not in facts:
        zones.remove("Device")
    if facts["NUMBER(__MAX_NR_ZONES)"] == 5:
        zones.insert(0, "DMA")
    return facts, zones


# What arch_crash_save_vmcoreinfo() and crash_save_vmcoreinfo_init() wrote before kallsyms was
# among it; members of these structures by their names.
VMCOREINFO = {
    "page": ("flags", "_refcount", "_count", "mapping", "lru", "_mapcount", "private",
             "compound_head"),
    "pglist_data": ("node_zones", "nr_zones", "node_start_pfn", "node_spanned_pages", "node_id"),
    "zone": ("free_area", "spanned_pages"),
    "mem_section": ("section_mem_map",),
    "printk_log": ("ts_nsec", "len", "text_len"),
    "log": ("ts_nsec", "len", "text_len"),
    "printk_ringbuffer": ("desc_ring", "text_data_ring"),
    "prb_desc_ring": ("count_bits", "descs", "infos", "head_id", "tail_id"),
    "prb_desc": ("state_var", "text_blk_lpos"),
    "prb_data_blk_lpos": ("begin", "next"),
    "printk_info": ("seq", "ts_nsec", "text_len", "caller_id"),
    "prb_data_ring": ("size_bits", "data"),
    "atomic_long_t": ("counter",),
    "uts_namespace": ("name",),
}
NUMBERS = ("phys_base", "sme_mask", "pgtable_l5_enabled", "PG_lru", "PG_slab", "PG_hwpoison",
           "PAGE_BUDDY_MAPCOUNT_VALUE", "PAGE_OFFLINE_MAPCOUNT_VALUE")


def in_vmcoreinfo(line):
    """Is it in VMCOREINFO, or a symbol, which kallsyms would have?"""
    kind, _, rest = line.partition("(")
    name, _, member = rest.rstrip(")").partition(".")
    if kind == "OFFSET":
        return member in VMCOREINFO.get(name, ())
    if kind == "SIZE":
        return not member and name in list(VMCOREINFO) + ["free_area"]
    return kind != "NUMBER" or name in NUMBERS


