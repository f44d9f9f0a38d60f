# SPDX-License-Identifier: GPL-2.0-or-later
"""Kinds of damage. Each function does one, at a place that rng picks, and returns what it
did, or None where this dump has no such thing. To add one: a function with @kind.

	@kind('title', stage, loses=False, text=False)

stage is what it is given:
    memory      a Dump of scripts/accuracy/dumpfile.py, and the regions of its base
    file        the kdump or ELF file as a bytearray, and its shape
    files       what is on disk: one bytearray, or those of a split dump; and the base
loses: it only takes away, so that nothing may be found that was not there before.
text: it changes the words of the kernel log, which nothing vouches for, and nothing else.
"""
import struct

from shape import DESC, notes, records, u64

KINDS = {}


def kind(title, stage, loses=False, text=False):
    def add(function):
        function.title, function.stage = title, stage
        function.loses, function.text = loses, text
        KINDS[function.__name__.replace('_', '-')] = function
        return function
    return add


def lie(rng, old, size, file_size):
    """A number in place of another: the ends of its type, a little off, or absurd."""
    top = 1 << 8 * size
    return rng.choice((0, 1, top - 1, top // 2, top // 2 - 1, old + 1, old - 1, old * 2, old // 2,
                       old << 8 * size // 2, file_size, file_size - 1, -old, old ^ 0x1000,
                       old ^ 1 << rng.randrange(8 * size), rng.randrange(top))) % top


def change(rng, data, at, size):
    old = int.from_bytes(data[at:at + size], 'little')
    new = lie(rng, old, size, len(data))
    if new == old:
        new = old ^ 1
    data[at:at + size] = new.to_bytes(size, 'little')
    return f'{size} bytes at {at:#x}: {old:#x} is {new:#x}'


def flip(data, at, bit):
    data[at + bit // 8] ^= 1 << bit % 8


# What is on disk

@kind("cut off at a structure's border", 'files', loses=True)
def cut(files, base, rng):
    data = rng.choice(files)
    if base.form == 'flattened':
        ends = [at + rng.choice((0, 8, 16)) for at in records(data)] + [16, 4096]
    else:
        ends = [at for _, start, length in base.shape.structures(data)
                for at in (start, start + length)]
    keep = rng.choice(ends) + rng.choice((-1, 0, 1))
    if not 0 < keep < len(data):
        keep = rng.randrange(len(data))
    del data[keep:]
    return f'cut at {keep:#x}'


@kind('a hole of zeroes in the file', 'files')
def hole(files, base, rng):
    data = rng.choice(files)
    at = rng.randrange(len(data)) & ~511
    length = 512 << rng.randrange(8)
    data[at:at + length] = bytes(len(data[at:at + length]))
    return f'{length:#x} zeroes at {at:#x}'


@kind('a record of a flattened file lies', 'files')
def record(files, base, rng):
    if base.form != 'flattened':
        return None
    data = files[0]
    at = rng.choice(records(data)) + rng.choice((0, 8))
    old, = struct.unpack_from('>q', data, at)
    new = lie(rng, old % (1 << 64), 8, len(data))
    struct.pack_into('>Q', data, at, new)
    return f'record field at {at:#x}: {old:#x} is {new:#x}'


@kind('records of a flattened file twice, in disorder, or lost', 'files')
def order(files, base, rng):
    if base.form != 'flattened':
        return None
    heads = records(files[0])
    pieces = [files[0][a:b] for a, b in zip(heads, heads[1:])]
    head, last = files[0][:heads[0]], files[0][heads[-1]:]
    if len(pieces) < 2:
        return None
    i, how = rng.randrange(len(pieces)), rng.choice(('twice', 'moved', 'lost', 'no end'))
    piece = pieces[i] if how == 'twice' else pieces.pop(i) if how != 'no end' else b''
    if how in ('twice', 'moved'):
        pieces.insert(rng.randrange(len(pieces) + 1), piece)
    files[0][:] = head + b''.join(pieces) + (b'' if how == 'no end' else last)
    return f'record {i} {how}'


@kind('parts of a split dump lost, twice, or their ranges lie', 'files')
def parts(files, base, rng):
    if base.form != 'split':
        return None
    how = rng.choice(('lost', 'twice', 'range', 'range', 'range', 'flag'))
    part = rng.randrange(len(files))
    if how == 'lost':
        del files[part]
    elif how == 'twice':
        files[part] = bytearray(files[1 - part])
    else:
        block = base.shape.block
        at, size = (block + rng.choice((80, 88)), 8) if how == 'range' else (block + 12, 4)
        return f'part {part}: ' + change(rng, files[part], at, size)
    return f'part {part} {how}'


# The file

@kind('a number of the headers lies', 'file')
def header(data, shape, base, rng):
    return change(rng, data, *rng.choice(shape.fields()))


@kind('a program header lies', 'file')
def program_header(data, shape, base, rng):
    if base.inner != 'elf':
        return None
    return change(rng, data, *rng.choice(shape.head_fields()))


@kind('PT_LOADs that overlap', 'file')
def overlap(data, shape, base, rng):
    if base.inner != 'elf' or len(shape.loads) < 2:
        return None
    a, b = rng.sample(shape.loads, 2)
    pa, size = u64(data, a + 24), u64(data, a + 40)
    at = pa + (rng.randrange(max(1, size)) & ~4095)
    struct.pack_into('<Q', data, b + 24, at)
    return f'PT_LOAD at {b:#x} begins at {at:#x}, in another'


@kind('bits of the bitmaps', 'file')
def bitmap(data, shape, base, rng):
    if base.inner != 'kdump':
        return None
    bits = [rng.randrange(16 * shape.half) for _ in range(rng.choice((1, 1, 8)))]
    for bit in bits:
        flip(data, shape.bitmap, bit)
    return f'bits {bits}'


@kind('a page descriptor lies, or is of another page', 'file')
def descriptor(data, shape, base, rng):
    if base.inner != 'kdump' or shape.nr < 2:
        return None
    i, k = (shape.descs + DESC * rng.randrange(shape.nr) for _ in range(2))
    if rng.random() < .3:
        data[i:i + DESC], data[k:k + DESC] = data[k:k + DESC], data[i:i + DESC]
        return f'descriptors at {i:#x} and {k:#x} exchanged'
    if rng.random() < .2:
        struct.pack_into('<Q', data, i, i)
        return f'descriptor at {i:#x} points to itself'
    return change(rng, data, *rng.choice(((i, 8), (i + 8, 4), (i + 12, 4))))


@kind('bytes of stored pages', 'file')
def stored(data, shape, base, rng):
    if base.inner != 'kdump':
        return None
    for _ in range(rng.choice((1, 4, 64))):
        at = shape.descs + DESC * rng.randrange(max(1, shape.nr))
        start, (size,) = u64(data, at), struct.unpack_from('<I', data, at + 8)
        if size and start + size <= len(data):
            data[start + rng.randrange(size)] = rng.randrange(256)
    return 'bytes of pages'


@kind('the head of a note lies', 'file')
def note(data, shape, base, rng):
    found = [at for at, *_ in notes(data, *shape.notes)]
    return found and change(rng, data, rng.choice(found) + 4 * rng.randrange(3), 4) or None


def lines(data, shape):
    at, length = shape.info
    return at, bytes(data[at:at + length]).split(b'\n')


def put(data, shape, at, text):
    """The text keeps its length: what is behind it does not move."""
    length = shape.info[1]
    data[at:at + length] = b'\n'.join(text)[:length].ljust(length, b'\n')


@kind('a value of VMCOREINFO lies', 'file')
def value(data, shape, base, rng):
    at, text = lines(data, shape)
    i = rng.randrange(len(text))
    key, _, word = text[i].partition(b'=')
    if not word:
        return None
    if rng.random() < .5:
        k = rng.randrange(len(word))
        new = word[:k] + rng.choice((b'0', b'f', b'9', b'-', b'x', b'\0', b'\xff')) + word[k + 1:]
    else:
        new = b'%x' % lie(rng, 64, 8, len(data)) if b'SYMBOL' in key else \
            b'%d' % rng.choice((-1, 0, 1, 7, 63, 65, 4096, 1 << 31, (1 << 63) - 1, 1 << 64))
    text[i] = key + b'=' + new
    put(data, shape, at, text)
    return f'{text[i].decode("latin-1")}, was {word.decode("latin-1")}'


@kind('lines of VMCOREINFO lost, twice, or cut', 'file')
def line(data, shape, base, rng):
    at, text = lines(data, shape)
    i, how = rng.randrange(len(text)), rng.choice(('lost', 'twice', 'cut', 'all behind it'))
    old = text[i]
    if how == 'twice':
        text.insert(rng.randrange(len(text)), old)
    elif how == 'cut':
        text[i] = old[:len(old) // 2]
    else:
        del text[i:None if how == 'all behind it' else i + 1]
    put(data, shape, at, text)
    return f'line {i} ({old.decode("latin-1")[:40]}) {how}'


@kind('PRSTATUS of another CPU, with wild registers', 'file')
def prstatus(data, shape, base, rng):
    found = [(body, length) for _, body, length, name in notes(data, *shape.notes)
             if name == 'CORE' and length > 200]
    if not found:
        return None
    body, length = rng.choice(found)
    word = rng.choice((0, 0xffffffffffffffff, 0xdead000000000100, 0xffffea0000280000,
                       0xffff888000001000, 0xfdfdfdfdfdfdfdfd, rng.getrandbits(64)))
    if rng.random() < .3:
        struct.pack_into('<I', data, body + 32, rng.getrandbits(32))
    for at in range(body + 112, body + length - 8, 8):
        if rng.random() < .5:
            struct.pack_into('<Q', data, at, word)
    return f'registers at {body:#x} are {word:#x}'


@kind('bytes of the notes of a distilled dump', 'file')
def own_note(data, shape, base, rng):
    found = [(body, length) for _, body, length, name in notes(data, *shape.notes)
             if name == 'PFNSCOPE' and length]
    if not found:
        return None
    body, length = rng.choice(found)
    for _ in range(rng.choice((1, 1, 2, 16))):
        data[body + rng.randrange(length)] = rng.choice(b'0123456789abcdef",:{}[] \0\xff')
    return f'note at {body:#x}'


# Memory

def word(dump, regions, names, rng):
    """An aligned word of these regions: its address, and what is there."""
    places = [p for name in names for p in regions.get(name, ())]
    if not places:
        return None
    pa, size = rng.choice(places)
    pa += 8 * rng.randrange(max(1, size // 8))
    return pa, u64(dump.read(pa, 8), 0)


def write(dump, pa, value):
    dump.write(pa, struct.pack('<Q', value % (1 << 64)))


def bit_of(names):
    def do(dump, regions, base, rng):
        found = word(dump, regions, names, rng)
        if not found:
            return None
        pa, old = found
        bit = rng.randrange(64)
        write(dump, pa, old ^ 1 << bit)
        return f'bit {bit} at {pa:#x}, was {old:#x}'
    return do


def lie_of(names):
    def do(dump, regions, base, rng):
        found = word(dump, regions, names, rng)
        if not found:
            return None
        pa, old = found
        size = rng.choice((1, 2, 4, 8))
        new = lie(rng, old % (1 << 8 * size), size, 1 << 30)
        write(dump, pa, old >> 8 * size << 8 * size | new)
        return f'{size} bytes at {pa:#x} are {new:#x}, was {old:#x}'
    return do


for _names, _what in ((('entries',), 'page tables'), (('sections', 'roots'), 'sections'),
                      (('usage',), 'usage'), (('printk',), "printk's ring"),
                      (('words',), 'words of the log'),
                      (('xarray',), 'xarrays'), (('variables',), 'variables'),
                      (('page',), 'struct pages'),
                      (('others',), 'zones, blocks, pagemaps, resources')):
    _id = _what.split(',')[0].replace(' ', '_').replace("'s", '')
    for _how, _make in ('bit', bit_of), ('lie', lie_of):
        _f = _make(_names)
        _f.__name__ = f'{_id}_{_how}'
        kind(f'{_what}: {"one bit" if _how == "bit" else "a number that lies"}', 'memory',
             text=_names == ('words',))(_f)


@kind('page tables that loop', 'memory')
def table_loop(dump, regions, base, rng):
    if 'entries' not in regions:
        return None
    pa, _ = rng.choice(regions['entries'])
    table, _ = rng.choice(regions['tables'])
    old = u64(dump.read(pa, 8), 0)
    write(dump, pa, old & ~0x000ffffffffff080 | table)
    return f'entry at {pa:#x} leads to the table at {table:#x}'


@kind('pointers that loop', 'memory')
def pointer_loop(dump, regions, base, rng):
    names = [n for n in ('xarray', 'others', 'sections', 'roots') if n in regions]
    pointers = []
    for name in names:
        for pa, size in regions[name]:
            for at in range(pa, pa + size - 7, 8):
                old = u64(dump.read(at, 8), 0)
                if old >> 47 == 0x1ffff:
                    pointers.append((at, old))
    if len(pointers) < 2:
        return None
    (at, old), (_, new) = rng.sample(pointers, 2)
    write(dump, at, new)
    return f'the pointer at {at:#x} is {new:#x}, was {old:#x}'


@kind('any word that is not zero', 'memory')
def anywhere(dump, regions, base, rng):
    size = base.shape.block
    for _ in range(64):
        pa = rng.choice(base.shape.pages) * size + 8 * rng.randrange(size // 8)
        old = u64(dump.read(pa, 8), 0)
        if old:
            bit = rng.randrange(64)
            write(dump, pa, old ^ 1 << bit)
            return f'bit {bit} at {pa:#x}, was {old:#x}'
    return None


@kind('pages of zeroes, of ones, or of another', 'memory')
def page(dump, regions, base, rng):
    size = base.shape.block
    for _ in range(64):
        pa, other = (rng.choice(base.shape.pages) * size for _ in range(2))
        old = dump.read(pa, size)
        new = rng.choice((bytes(size), b'\xff' * size, dump.read(other, size)))
        if any(old) and old != new:
            dump.write(pa, new)
            return f'page at {pa:#x}'
    return None
