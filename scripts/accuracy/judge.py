# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs pfnscope on a dump and holds what it says against what was planted."""
import json
import subprocess


class ToolFailed(Exception):
    pass


def findings(tool, path, vmlinux):
    """{(code, start, end)} above note, and those that are notes."""
    run = subprocess.run([tool, 'check', '--json', path, *([vmlinux] if vmlinux else [])],
                         capture_output=True, timeout=120)
    if run.returncode not in (0, 1, 3):
        raise ToolFailed(f'exit status {run.returncode}: {run.stderr.decode()[:300]}')
    loud, notes = set(), set()
    for f in json.loads(run.stdout)['findings']:
        item = f['code'], int(f.get('start') or '0', 0), int(f.get('end') or '0', 0)
        (notes if f['severity'] == 'note' else loud).add(item)
    return loud, notes


def met(wanted, items):
    """Whether findings of this code make up this range. They may come in pieces: a
    finding ends where its PFNs begin to belong to another resource or device."""
    code, start, end = wanted
    pieces = sorted(i[1:] for i in items if i[0] == code)
    if start is None:
        return bool(pieces)
    for a, b in pieces:
        if a == start and b <= end:
            start = b
    return start == end


def inside(item, ranges):
    return any(c == item[0] and (a is None or a <= item[1] and item[2] <= b) for c, a, b in ranges)


def overlaps(plan, item):
    return any(a is None or (item[1] < b and a < item[2]) for _, a, b in plan.expect)


def compare(plan, before, after):
    """(found | misnamed | missed, what is false, what came)"""
    new = [i for i in sorted(after[0] | after[1]) if i not in before[0] | before[1]]
    loud = [i for i in new if i in after[0]]
    seen = [met(w, new) for w in plan.expect]
    rest = [i for i in loud if not inside(i, plan.expect) and not inside(i, plan.allow)]
    if all(seen):
        return 'found', rest, new
    # Something was said of the place, but not this
    if any(overlaps(plan, i) for i in loud) or any(seen):
        return 'misnamed', [i for i in rest if not overlaps(plan, i)], new
    return 'missed', rest, new
