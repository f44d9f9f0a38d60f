# SPDX-License-Identifier: GPL-2.0-or-later
"""Time and memory against the size of the machine, as SVG: two plots with logarithmic axes.
The same figures give the same bytes."""

import math

WIDTH, HEIGHT = 420, 300
LEFT, TOP, GAP = 60, 40, 90
FIRST, LAST = 34, 46            # log2 of the bytes of RAM: 16 GiB, 64 TiB
STYLE = """
text { font: 12px sans-serif; fill: #222 }
.title { font-size: 14px; font-weight: bold }
.grid { stroke: #ddd; stroke-width: 1 }
.budget { fill: none; stroke: #c33; stroke-width: 1; stroke-dasharray: 5 4 }
.line { fill: none; stroke-width: 2 }
"""
# What is drawn: (row's attribute, its profile, format, colour, name)
TIMES = (("verdict", "size", "elf", "#1b6ca8", "verdict, ELF"),
         ("verdict", "size", "kdump", "#6fb1de", "verdict, kdump"),
         ("audit", "size", "elf", "#2a7f3b", "audit, ELF"),
         ("audit", "size", "kdump", "#86c993", "audit, kdump"),
         ("scan", "scan", "elf", "#b5651d", "scan, ELF"),
         ("scan", "scan", "kdump", "#e6b566", "scan, kdump"),
         ("scan", "size", "elf", "#7a3b8f", "scan, ELF, repeating"))
MEMORY = (("memory", "size", "elf", "#2a7f3b", "audit, ELF"),
          ("memory", "size", "kdump", "#86c993", "audit, kdump"),
          ("scan_memory", "scan", "elf", "#b5651d", "scan, ELF"),
          ("scan_memory", "scan", "kdump", "#e6b566", "scan, kdump"),
          ("scan_memory", "size", "elf", "#7a3b8f", "scan, ELF, repeating"))


class Plot:
    def __init__(self, left, title, lines, rows, scale, ticks, budget):
        self.left, self.out = left, []
        self.low, self.high = math.log10(ticks[0][0]), math.log10(ticks[-1][0])
        self.put("title", left, TOP - 16, title)
        for power in range(FIRST, LAST + 1, 2):
            x = self.x(power)
            self.grid(x, TOP, x, TOP + HEIGHT)
            size = f"{1 << power - 40} TiB" if power >= 40 else f"{1 << power - 30} GiB"
            self.put("", x, TOP + HEIGHT + 16, size, "middle")
        for value, label in ticks:
            y = self.y(value)
            self.grid(left, y, left + WIDTH, y)
            self.put("", left - 6, y + 4, label, "end")
        value, label = budget
        y, x = self.y(value), self.x(45)
        self.out.append(f'<path class="budget" d="M{left} {y:.1f}H{x:.1f}V{TOP + HEIGHT}"/>')
        self.put("", left + 6, y - 5, label)
        self.legend = TOP + HEIGHT + 40
        for attribute, profile, form, colour, name in lines:
            points = [(row.size, getattr(row, attribute)) for row in rows
                      if row.profile == profile and row.form == form]
            self.line([(math.log2(size), value * scale) for size, value in points
                       if value is not None], colour, name)

    def x(self, power):
        return self.left + WIDTH * (power - FIRST) / (LAST - FIRST)

    def y(self, value):
        part = (math.log10(value) - self.low) / (self.high - self.low)
        return TOP + HEIGHT * (1 - min(max(part, 0), 1))

    def put(self, kind, x, y, text, anchor="start"):
        kind = f' class="{kind}"' if kind else ""
        self.out.append(f'<text{kind} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{text}'
                        '</text>')

    def grid(self, x1, y1, x2, y2):
        self.out.append(f'<path class="grid" d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}"/>')

    def line(self, points, colour, name):
        if not points:
            return
        path = "L".join(f"{self.x(power):.1f} {self.y(value):.1f}" for power, value in points)
        self.out.append(f'<path class="line" stroke="{colour}" d="M{path}"/>')
        for power, value in points:
            self.out.append(f'<circle cx="{self.x(power):.1f}" cy="{self.y(value):.1f}" r="3" '
                            f'fill="{colour}"><title>{name}: {value:.0f}</title></circle>')
        self.out.append(f'<path class="line" stroke="{colour}" d="M{self.left} '
                        f'{self.legend - 4}h24"/>')
        self.put("", self.left + 30, self.legend, name)
        self.legend += 16


def draw(rows):
    time = Plot(LEFT, "Time", TIMES, rows, 1000,
                [(10, "10 ms"), (100, "100 ms"), (1e3, "1 s"), (1e4, "10 s"), (1e5, "100 s"),
                 (1e6, "1000 s")],
                (1000, "budget of the audit, up to 32 TiB: 1 s"))
    memory = Plot(LEFT + WIDTH + GAP, "Memory at the peak", MEMORY, rows, 1 / (1 << 20),
                  [(1, "1 MiB"), (10, "10 MiB"), (100, "100 MiB"), (1000, "1000 MiB")],
                  (200, "budget of the audit, up to 32 TiB: 200 MiB"))
    width = 2 * WIDTH + LEFT + GAP + 30
    height = max(time.legend, memory.legend)
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">',
        "<title>pfnscope: time and memory against the RAM of the dumped machine</title>",
        f"<style>{STYLE}</style>", f'<rect width="{width}" height="{height}" fill="#fff"/>',
        *time.out, *memory.out, "</svg>", ""])
