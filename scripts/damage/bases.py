# SPDX-License-Identifier: GPL-2.0-or-later
"""The dumps that are damaged: machines of testdumps/synthetic, in each form that a dumping
tool leaves, and the distilled dumps of real kernels. Of a made machine it is known where its
structures are: regions, by subject, as (physical address, length).
"""
import importlib.util
import io
import os
import pathlib
import sys

from shape import shape

TOP = pathlib.Path(__file__).resolve().parents[2]
MKDUMP = TOP / 'testdumps' / 'mkdump'
SYNTHETIC = TOP / 'testdumps' / 'synthetic'
FORMS = 'kdump', 'elf', 'flattened', 'split'
MACHINES = ('arm64-5.10-memblock-unknown', 'healthy-6.1', 'healthy-pmem-6.1',
            'log-bad-page-state', 'log-list-del-bit-next', 'mapping-one-bit',
            'null-node-in-index', 'oops-3.10', 'read-only-tail-written', 's1-depopulated',
            's1-unrelated', 's2-unmapped-write', 's3-4.18', 's5-device-not-initialised',
            'sysrq-6.1', 'usage-null-followed')


def load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


sys.path.insert(0, os.fspath(MKDUMP))
mkdump = load('mkdump', MKDUMP / '__main__.py')
corpus = load('corpus', TOP / 'testdumps' / 'corpus.py')
dumpfile = load('dumpfile', TOP / 'scripts' / 'accuracy' / 'dumpfile.py')
formats, layout = sys.modules['formats'], sys.modules['layout']


class Base:
    """name, form; data: the file, or what a flattened or split one is made of."""

    def __init__(self, name, form, data, regions):
        self.name, self.form, self.data, self.regions = name, form, data, regions
        self.inner = 'elf' if form == 'elf' else 'kdump'
        self.shape = shape(self.inner, data)

    def __str__(self):
        return f'{self.name}.{self.form}'

    def pack(self, data, folder):
        """The files of a dump whose content is data."""
        if self.form == 'flattened':
            out = io.BytesIO()
            formats.flatten(bytes(data), out)
            return [bytearray(out.getvalue())]
        if self.form == 'split':
            whole = folder / 'whole'
            whole.write_bytes(data)
            parts = folder / 'parts'
            corpus.split(whole, parts)
            files = [bytearray(p.read_bytes()) for p in sorted(parts.iterdir())]
            for p in parts.iterdir():
                p.unlink()
            parts.rmdir()
            return files
        return [bytearray(data)]


def entries(machine):
    """Of page tables: (where an entry is, which table it is in), of those in use."""
    t, found, todo, seen = layout.TABLES, [], [(machine.pgd, machine.levels - 1)], set()
    while todo:
        table, level = todo.pop()
        if table in seen:
            continue
        seen.add(table)
        for at in range(table, table + layout.PAGE, 8):
            value = machine.mem.get(at)
            if not value & 1:
                continue
            found.append((at, 8))
            if level and not t.is_leaf(value, level):
                todo.append((t.address(value), level - 1))
    return found, [(at, layout.PAGE) for at in sorted(seen)]


RECORD = 16     # struct printk_log, before its text
BLOCK = 8       # the id of a descriptor, before its text


def log(machine):
    """The kernel log, of either kind: what says where its lines are, and their words."""
    get = machine.mem.get

    def at(name):
        return machine.translate(get(machine.translate(machine.symbols[name])))

    lengths = [len(text.encode(errors='surrogateescape')) for _, text, *_ in machine.log]
    if 'log_buf' in machine.symbols:
        head, align, pa, found = RECORD, 4, at('log_buf'), []
    else:
        head, align, (pa, found) = BLOCK, 8, ring(machine, at)
    words = []
    for length in lengths:
        found.append((pa, head))
        if length >= 8:
            words.append((pa + head, length & ~7))
        pa += -(-(head + length) // align) * align
    return found, words


def ring(machine, at):
    """Where the text is, and what tells of it."""
    get = machine.mem.get
    found = [(machine.translate(machine.symbols['printk_rb_static']),
              machine.fact('SIZE(printk_ringbuffer)'))]
    desc = machine.translate(machine.objects['desc_ring'][1])
    text = machine.translate(machine.objects['text_ring'][1])
    count = 1 << get(desc + machine.off('prb_desc_ring.count_bits'), 4)
    used = min(count, len(machine.log) + 2)
    for member, size in ('descs', 'prb_desc'), ('infos', 'printk_info'):
        pa = machine.translate(get(desc + machine.off('prb_desc_ring.' + member)))
        found.append((pa, used * machine.fact(f'SIZE({size})')))
    return machine.translate(get(text + machine.off('prb_data_ring.data'))), found


SUBJECT = {'mem_section': 'sections', 'mem_section_usage': 'usage', 'xa_node': 'xarray',
           'radix_tree_node': 'xarray', 'xarray': 'xarray'}


def regions(machine):
    found = {'page': []}
    found['printk'], found['words'] = log(machine)
    found['entries'], found['tables'] = entries(machine)
    for name, (struct, va) in machine.objects.items():
        pa = machine.translate(va)
        if pa is None:
            continue
        if name == 'mem_section':
            found['roots'] = [(pa, 64)]
            continue
        size = machine.facts.get(f'SIZE({struct})', 64)
        if struct in ('xa_node', 'radix_tree_node'):
            size = machine.off(struct + '.slots') + 8 * machine.fact(f'LENGTH({struct}.slots)')
        found.setdefault(SUBJECT.get(struct, 'others'), []).append((pa, size))
    for name, va in machine.symbols.items():
        pa = machine.translate(va)
        if pa is not None:
            found.setdefault('variables', []).append((pa, 8))
    for section in machine.sections.values():
        for first, last in section.populated:
            pfns = {first, last - 1, first + 512, (first + last) // 2}
            found['page'] += [(pa, layout.STRUCT_PAGE) for pfn in sorted(pfns)
                              if (pa := machine.translate(machine.page_va(pfn))) is not None]
    return found


def made(name, form):
    layout.choose('x86_64')     # until the text says otherwise
    text = mkdump.Description()
    text.read(os.fspath(SYNTHETIC / f'{name}.text'))
    text.format = 'elf' if form == 'elf' else 'kdump'
    text.level = 31 if form == 'elf' else 0     # which makes it small
    with open(os.memfd_create(name), 'w+b') as f:
        text.write(f'/proc/self/fd/{f.fileno()}')
        data = f.read()
    return Base(name, form, data, regions(text.machine))


def distilled(path, form):
    return Base(path.stem, form, path.read_bytes(), {})


def names():
    """All there are, as functions that make them."""
    for name in MACHINES:
        for form in FORMS:
            yield f'{name}.{form}', lambda n=name, f=form: made(n, f)
    for i, path in enumerate(sorted(TOP.glob('testdumps/*/*.kdump'))):
        form = ('kdump', 'flattened', 'split')[i % 3]
        yield f'{path.stem}.{form}', lambda p=path, f=form: distilled(p, f)
