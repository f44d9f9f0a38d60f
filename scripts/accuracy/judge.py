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


def fits(wanted, item):
    code, start, end = wanted
    return item[0] == code and (start is None or item[1:] == (start, end))


def overlaps(plan, item):
    return any(a is None or (item[1] < b and a < item[2]) for _, a, b in plan.expect)


def compare(plan, before, after):
    """(found | misnamed | missed, what is false, what came)"""
    new = [i for i in sorted(after[0] | after[1]) if i not in before[0] | before[1]]
    loud = [i for i in new if i in after[0]]
    met = [w for w in plan.expect if any(fits(w, i) for i in new)]
    rest = [i for i in loud if not any(fits(w, i) for w in plan.expect)]
    rest = [i for i in rest if not any(c == i[0] and a <= i[1] and i[2] <= b
                                       for c, a, b in plan.allow)]
    if len(met) == len(plan.expect):
        return 'found', rest, new
    # Something was said of the place, but not this
    if any(overlaps(plan, i) for i in loud) or met:
        return 'misnamed', [i for i in rest if not overlaps(plan, i)], new
    return 'missed', rest, new
