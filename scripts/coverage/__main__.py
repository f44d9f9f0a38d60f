#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of make coverage, out of gcovr's JSON: each file, and what of it no test reaches.

	gcovr --json ... | python3 scripts/coverage [--table FILE]

Lines that are not reached are taken together up to the next one that is; a piece may
have a reason: a row of reasons.tsv of its file, whose pattern is found in it, or just above it.
The status is 1 where less than 90 % of the lines are reached.
"""
import argparse
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent
TOP = HERE.parents[1]
WANTED = 90
NONE = '-'
SHORT = 4       # lines: what is longer is no mere way out


def reasons():
    """(letter, file, pattern, reason) in the order in which they are tried."""
    rows = [line.split('\t') for line in (HERE / 'reasons.tsv').read_text().splitlines()
            if line and not line.startswith('#')]
    return [(letter, re.compile(file), re.compile(pattern), why)
            for letter, file, pattern, why in rows]


def pieces(lines):
    """Of one file: numbers of lines that are not reached, with nothing that is between them."""
    found, last = [], True
    for number, count in lines:
        if count:
            last = True
            continue
        if last:
            found.append([])
        found[-1].append(number)
        last = False
    return found


def reason_of(name, source, piece, rows):
    """By its file; of a short piece by its lines, and those above, mostly their condition."""
    text = '\n'.join(source[max(0, piece[0] - 3):piece[-1]])
    return next((letter for letter, file, pattern, _ in rows if file.search(name) and
                 (not pattern.pattern or len(piece) <= SHORT and pattern.search(text))), NONE)


def short(piece):
    return f'{piece[0]}' if len(piece) == 1 else f'{piece[0]}-{piece[-1]}'


def row(file, rows, total):
    lines = {}
    for x in file['lines']:
        if not x.get('gcovr/noncode'):
            lines[x['line_number']] = lines.get(x['line_number'], 0) + x['count']
    lines = sorted(lines.items())
    reached = sum(1 for _, count in lines if count)
    source = (TOP / file['file']).read_text(encoding='utf-8').splitlines()
    by_reason = {}
    for piece in pieces(lines):
        by_reason.setdefault(reason_of(file['file'], source, piece, rows), []).append(piece)
    for letter, found in by_reason.items():
        total[letter] = total.get(letter, 0) + sum(map(len, found))
    missed = '; '.join(f'{letter}: ' + ', '.join(map(short, by_reason[letter]))
                       for letter in sorted(by_reason))
    part = 100 * reached / max(1, len(lines))
    return reached, len(lines), f'| {file["file"]} | {len(lines)} | {part:.0f} % | {missed} |'


def main():
    p = argparse.ArgumentParser(prog='coverage')
    p.add_argument('--table', type=pathlib.Path)
    p.add_argument('--of', default='all', help='the tests that were run, for the table')
    args = p.parse_args()
    rows, total = reasons(), {}
    files = sorted(json.load(sys.stdin)['files'], key=lambda f: f['file'])
    table = [row(f, rows, total) for f in files if f['lines']]
    reached, lines = sum(r[0] for r in table), sum(r[1] for r in table)
    part = 100 * reached / max(1, lines)
    last = f'coverage: {reached} of {lines} lines, {part:.1f} %'
    text = [(HERE / 'head.md').read_text() + f'Tests: {args.of}.\n', f'    {last}', '',
            '## Why not', '', '| | lines | reason |', '|-|------:|--------|']
    text += [f'| {letter} | {total.get(letter, 0)} | {why} |' for letter, _, _, why in
             {r[0]: r for r in rows}.values()]
    text += [f'| {NONE} | {total.get(NONE, 0)} | none is known: a test is missing |', '',
             '## By file', '', '| file | lines | reached | not reached |',
             '|------|------:|--------:|-------------|', *(r[2] for r in table)]
    if args.table:
        args.table.write_text('\n'.join(text) + '\n', encoding='ascii')
    else:
        print('\n'.join(text))
    print(last)
    return part < WANTED


if __name__ == '__main__':
    sys.exit(main())
