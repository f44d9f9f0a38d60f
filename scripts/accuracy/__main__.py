#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Plant one fault at a time in copies of clean dumps, and count what pfnscope finds.

	python3 scripts/accuracy [options] DUMP[:VMLINUX[:DONOR]]...

Each DUMP is copied into a scratch folder; a fault is written there, pfnscope runs,
and the bytes are put back. Which faults, and where, follows from the seed alone.
"""
import argparse
import functools
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

import judge
import table
from dumpfile import NotInDump, open_dump
from kinds import devices, fields, fills, late, legal, links, sections, stale, tables, zones
from memmap import Memmap
from plan import KINDS


def arguments():
    p = argparse.ArgumentParser(prog='accuracy')
    p.add_argument('--pfnscope', default='build/pfnscope')
    p.add_argument('--seed', type=int, default=1)
    p.add_argument('--count', type=int, default=1000, help='faults that can be seen')
    p.add_argument('--kinds', help='only these, by comma')
    p.add_argument('--without', default='', help='not these')
    p.add_argument('--jobs', type=int, default=1)
    p.add_argument('--machine', default='x86_64', help='how the table calls it')
    p.add_argument('--table', help='write the result there, as Markdown')
    p.add_argument('dumps', nargs='+', metavar='DUMP[:VMLINUX[:DONOR]]',
                   help='DONOR is a dump of another boot of the same kernel')
    return p.parse_args()


def copy(path, folder):
    to = os.path.join(folder, os.path.basename(path))
    subprocess.run(['cp', '--sparse=always', '--reflink=auto', path, to], check=True)
    return to


def one_dump(job):
    """All faults of one dump: [(kind, outcome, plan, false, came)]."""
    args, index, source, count = job
    path, vmlinux, donor = (source.split(':') + ['', ''])[:3]
    folder = tempfile.mkdtemp(prefix='accuracy.', dir=os.environ.get('TMPDIR'))
    results = []
    try:
        work = copy(path, folder)
        m = Memmap(open_dump(work), vmlinux or None)
        m.name = os.path.basename(path)
        m.donor = functools.cache(lambda: Memmap(open_dump(donor), vmlinux) if donor else None)
        before = judge.findings(args.pfnscope, work, vmlinux)
        results.append(('', 'clean', None, sorted(before[0]), []))
        rng = random.Random(f'{args.seed} {m.name}')
        wanted = args.kinds.split(',') if args.kinds else list(KINDS)
        wanted = [name for name in wanted if name not in args.without.split(',')]
        deck = [k for name in wanted for k in [KINDS[name]] * KINDS[name].weight]
        seen = tries = 0
        while seen < count and tries < 40 * count + 400:
            if tries % len(deck) == 0:
                rng.shuffle(deck)
            kind = deck[tries % len(deck)]
            tries += 1
            try:
                plan = kind.make(m, rng)
                if not plan:
                    continue
                for pa, data in plan.writes:
                    m.dump.write(pa, data)
            except NotInDump:
                m.dump.undo()
                continue
            m.dump.flush()
            try:
                after = judge.findings(args.pfnscope, work, vmlinux)
            except judge.ToolFailed as e:
                after = {('failed: ' + str(e), 0, 0)}, set()
            m.dump.undo()
            outcome, false, came = judge.compare(plan, before, after)
            results.append((kind.name, outcome, plan, false, came))
            seen += bool(plan.expect)
        results.append(('', 'release', f'{m.release}, {m.page >> 10}K', [], []))
    finally:
        shutil.rmtree(folder)
    return source, results


def main():
    args = arguments()
    began = time.time()
    share = [args.count // len(args.dumps) + (i < args.count % len(args.dumps))
             for i in range(len(args.dumps))]
    jobs = [(args, i, d, n) for i, (d, n) in enumerate(zip(args.dumps, share))]
    if args.jobs > 1:
        with ProcessPoolExecutor(args.jobs) as pool:
            done = list(pool.map(one_dump, jobs))
    else:
        done = [one_dump(j) for j in jobs]
    return table.report(args, done, time.time() - began)


if __name__ == '__main__':
    sys.exit(main())
