# SPDX-License-Identifier: GPL-2.0-or-later
"""The count of what was found, as text and as testdumps/ACCURACY.md."""
import os
from collections import Counter

from plan import KINDS

COLUMNS = 'planted', 'found', 'misnamed', 'missed', 'false'


def spelled(item):
    if item[1] is None:
        return f'{item[0]} (no range)'
    return f'{item[0]} {item[1]:#x}-{item[2]:#x}'


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
    seen = {k: row for k, row in by_kind.items() if row['planted']}
    print('\n'.join(['', *matrix(by_code, 'finding'), '', *matrix(seen, 'kind of fault'), '',
                     *matrix(dumps, 'dump'), '']))
    print(f'{total["invisible"]} more that no reader can see; {seconds:.0f} seconds, '
          f'seed {args.seed}')
    last = 'accuracy: ' + ' '.join(f'{c} {total[c]}' for c in COLUMNS)
    if args.table:
        write(args, done, by_code, by_kind, by_dump, total, last)
    print(last)
    return 0 if total['planted'] and total['found'] >= .99 * total['planted'] \
        and not total['false'] else 1


HERE = os.path.dirname(os.path.abspath(__file__))
UNSEEN = """Changes after which the dump is as legal as before: decided by kind, and for struct pages of
another boot page by page (`rules.py`), before pfnscope runs. They are not counted above, but a
finding of one is false."""
UNSEEN_PAGES = ("Struct pages that are what was there, or that are free, single and without "
                "pointers: nothing contradicts them.")


def expected(results):
    """{kind: codes that were expected of it}"""
    codes = {}
    for name, _, plan, _, _ in results:
        if plan and name:
            codes.setdefault(name, set()).update(c for c, _, _ in plan.expect)
    return codes


def write(args, done, by_code, by_kind, by_dump, total, last):
    every = [r for _, results in done for r in results]
    codes = expected(every)
    kernels = sorted({row.release for row in by_dump.values()})
    late = sorted(k.name for k in KINDS.values() if k.late)
    batch = (' These came last, when the checks had learned from the others: '
             + ', '.join(late) + '.') if late else ''
    dumps = {f'{os.path.basename(s.partition(":")[0])}, {row.release}': row
             for s, row in by_dump.items()}
    with open(os.path.join(HERE, 'head.md'), encoding='ascii') as f:
        head = f.read().format(batch=batch, machine=args.machine)
    out = [head, f'Seed {args.seed}, {len(kernels)} kernels and sizes of a page: '
           f'{"; ".join(kernels)}.', '', '    ' + last, '', '## By finding', '',
           *matrix(by_code, 'finding'), '', '## By dump', '', *matrix(dumps, 'dump'),
           '', '## By kind of fault', '',
           '| kind | planted | found | misnamed | missed | false | expected | rule |',
           '|------|--------:|------:|---------:|-------:|------:|----------|------|']
    for name in sorted(k for k in by_kind if by_kind[k]['planted']):
        cells = ' | '.join(str(by_kind[name][c]) for c in COLUMNS)
        out.append(f'| {name} | {cells} | {", ".join(sorted(codes[name]))} '
                   f'| {KINDS[name].rule} |')
    out += ['', '## What no reader can see', '',
            UNSEEN, '', '| kind | planted | false | why |', '|------|--------:|------:|-----|']
    for name in sorted(k for k in by_kind if by_kind[k]['invisible']):
        why = KINDS[name].rule if KINDS[name].invisible else UNSEEN_PAGES
        false = by_kind[name]['false'] if KINDS[name].invisible else 0
        out.append(f'| {name} | {by_kind[name]["invisible"]} | {false} | {why} |')
    with open(args.table, 'w', encoding='ascii') as f:
        f.write('\n'.join(out) + '\n')
