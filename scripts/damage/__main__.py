#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Damage dumps, one fault in each, and hold what pfnscope says against the whole dump.

	python3 scripts/damage [options]
	python3 scripts/damage --one BASE:N --keep DIR	only the Nth dump of that base

The Nth dump of a base follows from the seed, the name of the base and N. What --results has of
them is not made again, so that a campaign can be had in pieces.
"""
import argparse
import hashlib
import json
import os
import pathlib
import random
import re
import resource
import shutil
import sys
import tempfile
import time
from contextlib import contextmanager
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import asdict, dataclass

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

import bases
import judge
import table
from bases import dumpfile
from kinds import KINDS


@dataclass
class Result:
    base: str
    nr: int
    kind: str
    what: str
    outcome: str
    sanitized: bool
    cpu: float
    kib: int
    said: str


def arguments():
    p = argparse.ArgumentParser(prog='damage')
    p.add_argument('--pfnscope', default='build/pfnscope')
    p.add_argument('--sanitized', help='the same command, built with sanitizers')
    p.add_argument('--every', type=int, default=10, help='each so many dumps; default: 10')
    p.add_argument('--seed', type=int, default=1)
    p.add_argument('--count', type=int, default=10000)
    p.add_argument('--kinds', help='only these, by comma')
    p.add_argument('--bases', default='', help='only those whose names match this')
    p.add_argument('--one', metavar='BASE:N', help='only this one')
    p.add_argument('--show', default='', help='print what came out as one of these, too, by comma')
    p.add_argument('--keep', help='a folder for the dumps that failed; with --one, for it')
    p.add_argument('--worst', type=int, default=0, metavar='N',
                   help='leave the N worst dumps of one file in the folder of --keep')
    p.add_argument('--jobs', type=int, default=1)
    p.add_argument('--results', help='add to the results there: a line of JSON for each dump')
    p.add_argument('--seconds', type=int, default=0,
                   help='begin no more after that time, and end with status 3; the rest later')
    p.add_argument('--table', help='write the result there, as Markdown')
    return p.parse_args()


PACKED = 2 << 30        # bytes that taking apart a damaged dump may take


@contextmanager
def bounded():
    """As long as a file with lying numbers is taken apart: no more memory than this."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (PACKED, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


class Bench:
    """A base, a folder to work in, and the answer that the whole dump gets."""

    def __init__(self, args, base, folder):
        self.args, self.base, self.folder = args, base, folder
        whole = self.write([base.data] if base.form in ('kdump', 'elf') else
                           base.pack(base.data, folder))
        self.whole = judge.ask(args.pfnscope, whole, folder)
        if not self.whole.verdict:
            sys.exit(f'damage: {base}: {self.whole.message or self.whole.errors}')
        work = folder / 'work'
        work.write_bytes(base.data)
        self.dump = dumpfile.open_dump(os.fspath(work))

    def write(self, files):
        for old in self.folder.glob('vmcore*'):
            old.unlink()
        paths = [self.folder / (f'vmcore.{i + 1}' if len(files) > 1 else 'vmcore')
                 for i in range(len(files))]
        for path, data in zip(paths, files):
            path.write_bytes(data)
        return paths

    def in_memory(self, kind, rng):
        """The file with changed memory, and what was changed."""
        try:
            what = kind(self.dump, self.base.regions, self.base, rng)
        except dumpfile.NotInDump:
            what = None
        self.dump.flush()
        data = (self.folder / 'work').read_bytes() if what else None
        self.dump.undo()
        return data, what

    def damage(self, kind, rng):
        """The files, and what was done to them; None where there is no such thing."""
        base = self.base
        if kind.stage == 'memory':
            data, what = self.in_memory(kind, rng)
            return what and base.pack(data, self.folder), what
        if kind.stage == 'file':
            data = bytearray(base.data)
            what = kind(data, base.shape, base, rng)
            try:
                with bounded():
                    return what and base.pack(data, self.folder), what
            except Exception:       # too much damage to be taken apart as a split dump
                return None, None
        files = base.pack(base.data, self.folder)
        what = kind(files, base, rng)
        return (files if what else None), what

    def one(self, nr, keep=False):
        rng = random.Random(f'{self.args.seed} {self.base} {nr}')
        names = self.args.kinds.split(',') if self.args.kinds else list(KINDS)
        files = None
        while not files:
            name = rng.choice(names)
            files, what = self.damage(KINDS[name], rng)
        sanitized = bool(self.args.sanitized) and nr % self.args.every == self.args.every - 1
        paths = self.write(files)
        got = judge.ask(self.args.sanitized if sanitized else self.args.pfnscope, paths,
                        self.folder, 10 if sanitized else 1)
        outcome = judge.judge(self.whole, got, KINDS[name], sanitized)
        if self.args.keep and (outcome in judge.BAD or keep):
            to = pathlib.Path(self.args.keep) / f'{self.base}:{nr}'
            to.mkdir(parents=True, exist_ok=True)
            for path in paths:
                shutil.copy(path, to)
        said = f'{got.verdict} {got.message}' if got.verdict or got.message else got.errors[-300:]
        new, lost = (' '.join(f'{f[1]}@{f[2]}' for f in sorted(x, key=str)) for x in
                     (got.findings - self.whole.findings, self.whole.findings - got.findings))
        said += f' new: {new}; lost: {lost}; limits: {sorted(got.limits - self.whole.limits)}'
        return Result(str(self.base), nr, name, what, outcome, sanitized, got.cpu, got.kib,
                      f'{self.whole.verdict}: {said}')


def one_base(job):
    args, name, numbers, keep = job
    with tempfile.TemporaryDirectory(prefix='damage.', dir='/dev/shm') as folder:
        bench = Bench(args, dict(bases.names())[name](), pathlib.Path(folder))
        return [bench.one(nr, keep) for nr in numbers]


def badness(result):
    """Of a dump, for a session that is to survive it: what did not pass for the whole one first,
    and of these what cost most."""
    rank = (*judge.BAD, judge.OTHER, judge.WEAKER, judge.UNSURE, judge.WORDS, judge.FAINT,
            judge.REFUSED, judge.SAME)
    return rank.index(result.outcome), -result.cpu - result.kib / (1 << 20)


def worst(args, results):
    """Jobs that make the worst dumps again, and keep them. A split one is no argument of diff."""
    chosen = {}
    whole = [r for r in results if not r.base.endswith('.split')]
    for r in sorted(whole, key=badness)[:args.worst]:
        chosen.setdefault(r.base, []).append(r.nr)
    return [(args, base, numbers, True) for base, numbers in chosen.items()]


class Results:
    """What was found so far, in a file. What another command said, or another seed, or other
    scripts, is not what this campaign finds: it begins anew."""

    def __init__(self, args):
        self.path, self.done = args.results, []
        self.head = json.dumps({'seed': args.seed, 'of': fingerprint(args)}) + '\n'
        if not self.path:
            return
        try:
            with open(self.path, encoding='utf-8') as f:
                same = f.readline() == self.head
                self.done = [Result(**json.loads(line)) for line in f] if same else []
        except FileNotFoundError:
            same = False
        if not same:
            with open(self.path, 'w', encoding='utf-8') as f:
                f.write(self.head)

    def add(self, results):
        self.done += results
        if self.path:
            with open(self.path, 'a', encoding='utf-8') as f:
                f.write(''.join(json.dumps(asdict(r)) + '\n' for r in results))

    def missing(self, count, chosen):
        """(base, number) of what is still to be made, base after base."""
        have = {(r.base, r.nr) for r in self.done}
        for i, name in enumerate(chosen):
            for nr in range(count // len(chosen) + (i < count % len(chosen))):
                if (name, nr) not in have:
                    yield name, nr


def fingerprint(args):
    total = hashlib.sha256()
    here = pathlib.Path(__file__).parent
    tools = [t for t in (args.pfnscope, args.sanitized) if t]
    for path in [*tools, *sorted(here.glob('*.py'))]:
        total.update(pathlib.Path(path).read_bytes())
    total.update(repr((args.kinds, tools[1:])).encode())
    return total.hexdigest()


PIECE = 64      # dumps of a job: a base takes as long to be made as some twenty of them


def pieces(args, wanted):
    """Jobs of so many dumps that what one has found is soon in the file."""
    by_base = {}
    for name, nr in wanted:
        by_base.setdefault(name, []).append(nr)
    return [(args, name, numbers[i:i + PIECE], False) for name, numbers in by_base.items()
            for i in range(0, len(numbers), PIECE)]


def show(args, found):
    shown = judge.BAD + tuple(args.show.split(','))
    for r in found:
        if r.outcome in shown or args.one:
            print(f'{r.base}:{r.nr}: {r.outcome}{" (sanitized)" if r.sanitized else ""}: '
                  f'{r.kind}: {r.what}; {r.said}', flush=True)


def work(args, jobs, results):
    """Whether all of the jobs were done, within the time that there is."""
    began, waiting = time.monotonic(), list(reversed(jobs))
    with ProcessPoolExecutor(args.jobs) as pool:
        running = set()
        while waiting or running:
            late = args.seconds and time.monotonic() - began > args.seconds
            while waiting and not late and len(running) < args.jobs:
                running.add(pool.submit(one_base, waiting.pop()))
            if not running:
                return False
            ended, running = wait(running, return_when=FIRST_COMPLETED)
            for job in ended:
                results.add(job.result())
                show(args, job.result())
    return True


def main():
    args = arguments()
    results = Results(args)
    if args.one:
        name, _, nr = args.one.partition(':')
        jobs = [(args, name, [int(nr)], True)]
    else:
        chosen = [n for n, _ in bases.names() if re.search(args.bases, n)]
        jobs = pieces(args, results.missing(args.count, chosen))
    if not work(args, jobs, results):
        print(f'damage: {len(results.done)} of {args.count}: run it again for the rest')
        return 3
    with ProcessPoolExecutor(args.jobs) as pool:
        list(pool.map(one_base, worst(args, results.done)))
    return table.report(args, results.done)


if __name__ == '__main__':
    sys.exit(main())
