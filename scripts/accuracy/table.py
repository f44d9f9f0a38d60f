# SPDX-License-Identifier: GPL-2.0-or-later
"""The count of what was found, as text and as testdumps/ACCURACY.md."""
import os
from collections import Counter

from plan import KINDS

COLUMNS = 'planted', 'found', 'misnamed', 'missed', 'false'


def spelled(item):
    return f'{item[0]} {item[1]:#x}-{item[2]:#x}' if item[1] is not None else f'{item[0]} (no range)'


def tally(done):
    by_code, by_kind, by_dump = {}, {}, {}
    for source, results in done:
        dump = by_dump.setdefault(source, Counter())
        for name, outcome, plan, false, _ in results:
            if outcome == 'release':
                dump.release = plan
                continue
            if outcome == 'clean':
                dump['false'] += len(false)
                continue
            row = by_kind.setdefault(name, Counter())
            if not plan.expect:
                row['invisible'] += 1
                row['false'] += len(false)
                dump['invisible'] += 1
                dump['false'] += len(false)
                continue
            for c in (row, dump, by_code.setdefault(plan.expect[0][0], Counter())):
                c['planted'] += 1
                c[outcome] += 1
            row['false'] += len(false)
            dump['false'] += len(false)
            for item in false:
                by_code.setdefault(item[0], Counter())['false'] += 1
    return by_code, by_kind, by_dump


def lines_of_failures(done):
    for source, results in done:
        name = os.path.basename(source.partition(':')[0])
        for kind, outcome, plan, false, came in results:
            if outcome == 'clean':
                for item in false:
                    yield f'{name}: not planted: {spelled(item)}'
            elif outcome in ('misnamed', 'missed') and plan.expect or false:
                if outcome == 'release':
                    continue
                yield (f'{name}: {kind}: {outcome}: {plan.what}; want '
                       f'{", ".join(map(spelled, plan.expect)) or "nothing"}; got '
                       f'{", ".join(map(spelled, came[:6])) or "nothing"}')


def matrix(rows, head):
    width = max(len(head), *(len(r) for r in rows)) if rows else len(head)
    out = [f'| {head:{width}} | ' + ' | '.join(COLUMNS) + ' |',
           '|-' + '-' * width + '-|' + '|'.join('-' * (len(c) + 1) + ':' for c in COLUMNS) + '|']
    for name in sorted(rows):
        cells = ' | '.join(f'{rows[name][c]:{len(c)}}' for c in COLUMNS)
        out.append(f'| {name:{width}} | {cells} |')
    return out


def report(args, done, seconds):
    by_code, by_kind, by_dump = tally(done)
    total = Counter()
    for row in by_dump.values():
        total.update(row)
    for line in lines_of_failures(done):
        print(line)
    dumps = {os.path.basename(s.partition(':')[0]): row for s, row in by_dump.items()}
    print('\n'.join(['', *matrix(by_code, 'finding'), '', *matrix(by_kind, 'kind of fault'), '',
                     *matrix(dumps, 'dump'), '']))
    print(f'{total["invisible"]} more that no reader can see; {seconds:.0f} seconds, '
          f'seed {args.seed}')
    last = 'accuracy: ' + ' '.join(f'{c} {total[c]}' for c in COLUMNS)
    if args.table:
        write(args, by_code, by_kind, dumps, total, last)
    print(last)
    return 0 if total['planted'] and total['found'] >= .99 * total['planted'] \
        and not total['false'] else 1


def write(args, by_code, by_kind, dumps, total, last):
    pass
