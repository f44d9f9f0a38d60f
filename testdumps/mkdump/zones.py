# SPDX-License-Identifier: GPL-2.0-or-later
"""Zones and nodes."""

import layout


class Zones:
    def zone_of(self, pfn):
        dma = self.zone_names[0] == "DMA"
        if dma and pfn * layout.PAGE < self.dma_limit():
            return 0
        return (1 if dma else 0) + (0 if pfn * layout.PAGE < 4 << 30 else 1)

    @staticmethod
    def dma_limit():
        """ISA's memory; on arm64 all that has 32 bits, where no device says otherwise."""
        return 16 << 20 if layout.ARCH == "x86_64" else 4 << 30

    def zone_limits(self):
        """The first PFNs of zones, but for the lowest."""
        return (self.dma_limit() // layout.PAGE, (4 << 30) // layout.PAGE)

    def zone_device(self):
        return self.facts.get("NUMBER(ZONE_DEVICE)", -1)

    def build_zones(self):
        spans, present = {}, {}
        online = self.ram_pfns() + [(s // layout.PAGE, (e + 1) // layout.PAGE)
                                    for s, e, on, _ in self.hotplugged if on]
        for first, last in online:
            for limit in (*self.zone_limits(), 1 << 52):
                stop = min(last, limit)
                if first < stop:
                    self.extend(spans, present, self.zone_of(first), first, stop)
                    first = stop
        for dev in self.devices:
            # Also of one that is gone: ZONE_DEVICE is never shrunk.
            self.extend(spans, present, self.zone_device(), dev.start, dev.end)
        self.spans = spans

        size = self.fact("SIZE(pglist_data)")
        node = self.early(size, layout.PAGE)
        self.node = self.direct(node)
        array = self.variable("node_data", 8 * self.fact("LENGTH(node_data)"))
        self.mem.set(array, self.node)
        self.mem.set(self.variable("node_online_map", 128), 1)
        self.objects["node:0"] = ("pglist_data", self.node)
        first = min(s for s, _ in spans.values())
        last = max(e for _, e in spans.values())
        for member, value in (("node_start_pfn", first), ("node_spanned_pages", last - first),
                              ("node_present_pages", sum(present.values()))):
            self.mem.set(node + self.off("pglist_data." + member), value)
        self.mem.set(node + self.off("pglist_data.nr_zones"), max(spans) + 1, 4)
        self.mem.set(node + self.off("pglist_data.node_id"), 0, 4)
        if "OFFSET(pglist_data.first_deferred_pfn)" in self.facts:
            self.mem.set(node + self.off("pglist_data.first_deferred_pfn"), -1)
        for i, name in enumerate(self.zone_names):
            pa = node + self.off("pglist_data.node_zones") + i * self.fact("SIZE(zone)")
            self.objects["zone:" + name] = ("zone", self.direct(pa))
            start, end = spans.get(i, (0, 0))
            device = i == self.zone_device()
            self.mem.set(pa + self.off("zone.zone_start_pfn"), start)
            self.mem.set(pa + self.off("zone.spanned_pages"), end - start)
            self.mem.set(pa + self.off("zone.present_pages"), 0 if device else present.get(i, 0))
            self.mem.set(pa + self.off("zone.managed_pages"), 0 if device else present.get(i, 0))
            self.mem.set(pa + self.off("zone.name"), self.string(name))
            contiguous = not device and present.get(i, 0) == end - start and end > start
            if "OFFSET(zone.contiguous)" in self.facts:
                self.mem.set(pa + self.off("zone.contiguous"), int(contiguous), 1)

    @staticmethod
    def extend(spans, present, zone, first, last):
        start, end = spans.get(zone, (first, last))
        spans[zone] = (min(start, first), max(end, last))
        present[zone] = present.get(zone, 0) + last - first
