# SPDX-License-Identifier: GPL-2.0-or-later
"""The resource tree, /proc/iomem, and the firmware's map, e820."""

import struct

import layout

# resource.flags where they are not those of reserved memory
IORES = {"System RAM": 0x81000200, "Persistent Memory (legacy)": 0x200}


class Resources:
    def build_resources(self):
        rows = [(s, e, "System RAM") for s, e in self.ram]
        rows += [(s, e, "System RAM") for s, e, _, _ in self.hotplugged]
        rows += [(s, e, "Reserved") for s, e in self.reserved]
        rows += [(layout.IMAGE, layout.IMAGE + (2 << 20) - 1, "Kernel code"),
                 (layout.VARIABLES, layout.IMAGE + layout.IMAGE_SIZE - 1, "Kernel data")]
        for i, dev in enumerate(self.devices):
            rows.append((dev.start * layout.PAGE, dev.end * layout.PAGE - 1, "Persistent Memory (legacy)"))
            if not dev.removed:
                rows.append((dev.start * layout.PAGE, dev.end * layout.PAGE - 1, "dax%d.0" % i))
        # Outer before inner: by start, then by how far they reach; what comes
        # later in the list lies inside what came earlier with the same range.
        order = sorted(range(len(rows)), key=lambda i: (rows[i][0], -rows[i][1], i))
        root = self.variable("iomem_resource", 64)
        self.write_resource(root, 0, self.top, "PCI mem")
        stack = [(root, self.top, None)]   # resource, end, last child
        for i in order:
            start, end, name = rows[i]
            pa = self.early(self.fact("SIZE(resource)"), 8)
            self.objects["resource:" + name] = ("resource", self.direct(pa))
            while stack[-1][1] < start:
                stack.pop()
            parent, limit, last = stack[-1]
            self.write_resource(pa, start, end, name,
                                layout.IMAGE_VA + parent if parent == root else self.direct(parent))
            at = (last + self.off("resource.sibling") if last
                  else parent + self.off("resource.child"))
            self.mem.set(at, self.direct(pa))
            stack[-1] = (parent, limit, pa)
            stack.append((pa, end, None))

        if layout.ARCH == "x86_64":
            self.build_e820()

    def build_e820(self):
        # e820_table is a pointer; 4 bytes before the entries count them.
        entries = [(s, e, 1) for s, e in self.ram] + [(s, e, 2) for s, e in self.reserved]
        entries += [(d.start * layout.PAGE, d.end * layout.PAGE - 1, 12) for d in self.devices]
        size = 20
        if self.version >= (4, 12):
            pa = self.variable("e820_table_init", 4 + size * max(1, len(entries)))
            self.mem.set(self.variable("e820_table", 8), layout.IMAGE_VA + pa)
        else:                   # the table itself has that name
            pa = self.variable("e820", 4 + size * max(1, len(entries)))
        self.objects["e820"] = ("e820_table", layout.IMAGE_VA + pa)
        self.mem.set(pa, len(entries), 4)
        for i, (start, end, kind) in enumerate(sorted(entries)):
            at = pa + 4 + size * i
            self.mem.write(at, struct.pack("<QQI", start, end - start + 1, kind))

    def write_resource(self, pa, start, end, name, parent=0):
        self.mem.set(pa + self.off("resource.start"), start)
        self.mem.set(pa + self.off("resource.end"), end)
        self.mem.set(pa + self.off("resource.name"), self.string(name))
        self.mem.set(pa + self.off("resource.flags"), IORES.get(name, 0x80000200))
        if "OFFSET(resource.parent)" in self.facts:
            self.mem.set(pa + self.off("resource.parent"), parent)
