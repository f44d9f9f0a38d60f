# SPDX-License-Identifier: GPL-2.0-or-later
"""The count of what became of the dumps, as text and as testdumps/DAMAGE.md."""
import os
from collections import Counter

from judge import BAD, GOOD
from kinds import KINDS

HERE = os.path.dirname(os.path.abspath(__file__))
COLUMNS = ('dumps', *GOOD, *BAD)


def count(results, key):
    rows = {}
    for result in results:
        row = rows.setdefault(key(result), Counter())
        row['dumps'] += 1
        row[result.outcome] += 1
    return rows


def matrix(rows, head):
    width = max(len(head), *map(len, rows))
    out = [f'| {head:{width}} | ' + ' | '.join(COLUMNS) + ' |',
           '|-' + '-' * width + '-|' + '|'.join('-' * (len(c) + 1) + ':' for c in COLUMNS) + '|']
    for name in rows:
        cells = ' | '.join(f'{rows[name][c]:{len(c)}}' for c in COLUMNS)
        out.append(f'| {name:{width}} | {cells} |')
    return out


def report(args, results):
    by_kind = count(results, lambda r: KINDS[r.kind].title)
    by_kind = {KINDS[k].title: by_kind[KINDS[k].title] for k in KINDS if KINDS[k].title in by_kind}
    by_form = dict(sorted(count(results, lambda r: r.base.rpartition('.')[2]).items()))
    total = sum(by_form.values(), Counter())
    plain = [r for r in results if not r.sanitized]
    cpu, kib, slow = (max(values, default=0) for values in (
        [r.cpu for r in plain], [r.kib for r in plain], [r.cpu for r in results if r.sanitized]))
    worst = (f'Of the plain build: at most {cpu:.1f} s of CPU time and {kib >> 10} MiB. Sanitized: '
             f'{len(results) - len(plain)} runs, at most {slow:.1f} s.')
    last = 'damage: ' + ', '.join(f'{c} {total[c]}' for c in COLUMNS)
    print('\n'.join(['', *matrix(by_kind, 'damage'), '', *matrix(by_form, 'form'), '', worst,
                     f'seed {args.seed}', last]))
    if args.table:
        with open(os.path.join(HERE, 'head.md'), encoding='ascii') as f:
            head = f.read().format(seed=args.seed, bases=len({r.base for r in results}))
        with open(args.table, 'w', encoding='ascii') as f:
            f.write('\n'.join([head, '    ' + last, '', worst, '', '## By damage', '',
                               *matrix(by_kind, 'damage'), '', '## By form', '',
                               *matrix(by_form, 'form')]) + '\n')
    return 1 if any(total[c] for c in BAD) else 0
