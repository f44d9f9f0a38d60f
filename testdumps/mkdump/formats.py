# SPDX-License-Identifier: GPL-2.0-or-later
"""The files that a dumping tool leaves: ELF, kdump-compressed, flattened."""

import struct
import zlib

import layout

PRSTATUS_PID = 32
PRSTATUS_REGS = 112
# struct user_regs_struct, and struct user_pt_regs
PRSTATUS_NAMES = {
    "x86_64": ("r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs "
               "eflags rsp ss fs_base gs_base ds es fs gs").split(),
    "aarch64": ["x%d" % i for i in range(31)] + ["sp", "pc", "pstate"],
    "riscv64": ("pc ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 "
                "s10 s11 t3 t4 t5 t6").split(),
    "ppc64le": (["r%d" % i for i in range(32)] +
                "nip msr orig_r3 ctr lr xer cr softe trap dar dsisr result".split() + ["-"] * 4),
}
ELF_MACHINE = {"x86_64": 62, "aarch64": 183, "riscv64": 243, "ppc64le": 21}


def utsname(release):
    return b"".join(s.encode().ljust(65, b"\0") for s in
                    ("Linux", "synthetic", release, "#1 SMP", layout.ARCH, "(none)"))


def note(name, kind, desc):
    def pad(b):
        return b + bytes(-len(b) % 4)
    name = name.encode() + b"\0"
    return struct.pack("<III", len(name), len(desc), kind) + pad(name) + pad(desc)


def notes(cpus, vmcoreinfo, xen=False):
    """cpus: a list of {register: value, "pid": value}, in the order of CPUs.

    xen: as the capture kernel finds them where the hypervisor died with dom0.
    """
    out = b""
    for cpu in cpus:
        # The registers, and whether there are others of the FPU.
        desc = bytearray(PRSTATUS_REGS + 8 * len(PRSTATUS_NAMES[layout.ARCH]) + 8)
        struct.pack_into("<I", desc, PRSTATUS_PID, cpu.get("pid", 0))
        for i, reg in enumerate(PRSTATUS_NAMES[layout.ARCH]):
            struct.pack_into("<Q", desc, PRSTATUS_REGS + 8 * i, cpu.get(reg, 0))
        out += note("CORE", 1, bytes(desc))
    if vmcoreinfo is not None:
        out += note("VMCOREINFO", 0, vmcoreinfo)
    if xen:
        out += note("Xen", 0x1000001, bytes(80))
        out += note("VMCOREINFO_XEN", 0, b"PAGESIZE=4096\n")
    return out


class Kdump:
    """kdump-compressed, as makedumpfile writes it: header version 6, or an older one.

        block 0            disk_dump_header
        block 1            kdump_sub_header, then VMCOREINFO and notes
        bitmap blocks      RAM of the machine; then the pages in this file
        page descriptors   one for each page in this file
        page data          zero pages share one

    Version 3 added VMCOREINFO, 4 the notes, 6 PFNs of more than 32 bits.
    """

    def __init__(self, compress=True, version=6, xen=False):
        self.compress = compress
        self.version = version
        self.xen = xen

    def write(self, f, mem, cpus, vmcoreinfo, release):
        if self.version < 3:
            vmcoreinfo = None
        all_notes = notes(cpus, vmcoreinfo, self.xen) if self.version >= 4 else b""
        sub = bytearray(112)
        at = layout.PAGE + len(sub)
        info_at, notes_at = at, at + len(vmcoreinfo or b"")
        sub_blocks = -(-(len(sub) + len(vmcoreinfo or b"") + len(all_notes)) // layout.PAGE)
        max_pfn = mem.max_pfn()
        map_bytes = -(-(-(-max_pfn // 8)) // layout.PAGE) * layout.PAGE
        ram, stored = bytearray(map_bytes), bytearray(map_bytes)
        pfns = []
        for first, last in mem.ranges:
            for pfn in range(first, last):
                ram[pfn >> 3] |= 1 << (pfn & 7)
                if pfn not in mem.excluded:
                    stored[pfn >> 3] |= 1 << (pfn & 7)
                    pfns.append(pfn)

        header = struct.pack("<8si390s6xqqIiiIIIIIIi", b"KDUMP   ", self.version, utsname(release), 0, 0,
                             1 if self.compress else 0, layout.PAGE, sub_blocks,
                             2 * map_bytes // layout.PAGE,
                             min(max_pfn, 0xffffffff), 0, 0, 0, 0, max(1, len(cpus)))
        struct.pack_into("<QIIQQQQQQQQQQQ", sub, 0, 0, 0, 0, 0, 0,
                         info_at if vmcoreinfo is not None else 0, len(vmcoreinfo or b""),
                         notes_at, len(all_notes), 0, 0, 0, max_pfn, max_pfn)
        # What an older header ends before is not its own: a reader must not take it.
        ends = {1: 12, 2: 32, 3: 48, 4: 64, 5: 80}.get(self.version, len(sub))
        sub[ends:] = b"\xee" * (len(sub) - ends)
        f.write(header.ljust(layout.PAGE, b"\0"))
        body = bytes(sub) + (vmcoreinfo or b"") + all_notes
        f.write(body.ljust(sub_blocks * layout.PAGE, b"\0"))
        f.write(ram)
        f.write(stored)

        data_at = f.tell() + 24 * len(pfns)
        descs, data, zero = [], [], None
        for pfn in pfns:
            page = mem.page(pfn)
            if page is None or not any(page):
                if zero is None:
                    zero, data_at = self.store(bytes(layout.PAGE), data, data_at)
                descs.append(zero)
            else:
                desc, data_at = self.store(bytes(page), data, data_at)
                descs.append(desc)
        f.write(b"".join(descs))
        f.write(b"".join(data))

    def store(self, page, data, at):
        packed, flags = page, 0
        if self.compress:
            small = zlib.compress(page, 1)
            if len(small) < layout.PAGE:
                packed, flags = small, 1
        data.append(packed)
        return struct.pack("<qIIQ", at, len(packed), flags, 0), at + len(packed)


class Elf:
    """An ELF core: PT_NOTE, and one PT_LOAD for each stretch of pages stored.

    Where pages are left out, p_memsz still covers them, as makedumpfile -E
    does: nothing in such a file tells an excluded page from a zero one.
    """

    def __init__(self, page_offset, xen=False):
        self.page_offset = page_offset
        self.xen = xen

    def write(self, f, mem, cpus, vmcoreinfo, release):
        del release
        loads = []              # first pfn, pages in the file, pages in all
        for first, last in mem.ranges:
            pfn = first
            while pfn < last:
                start = pfn
                while pfn < last and pfn not in mem.excluded:
                    pfn += 1
                stored = pfn - start
                while pfn < last and pfn in mem.excluded:
                    pfn += 1
                loads.append((start, stored, pfn - start))
        all_notes = notes(cpus, vmcoreinfo, self.xen)
        notes_at = 64 + 56 * (1 + len(loads))
        at = -(-(notes_at + len(all_notes)) // layout.PAGE) * layout.PAGE
        f.write(struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 4,
                            ELF_MACHINE[layout.ARCH], 1, 0, 64, 0, 0, 64, 56,
                            1 + len(loads), 0, 0, 0))
        f.write(struct.pack("<IIQQQQQQ", 4, 0, notes_at, 0, 0, len(all_notes), len(all_notes), 4))
        for first, stored, pages in loads:
            f.write(struct.pack("<IIQQQQQQ", 1, 7, at, self.page_offset + first * layout.PAGE,
                                first * layout.PAGE, stored * layout.PAGE,
                                pages * layout.PAGE, layout.PAGE))
            at += stored * layout.PAGE
        f.write(all_notes)
        at = -(-(notes_at + len(all_notes)) // layout.PAGE) * layout.PAGE
        for first, stored, _ in loads:
            for pfn in range(first, first + stored):
                page = mem.page(pfn)
                if page is not None:
                    f.seek(at + (pfn - first) * layout.PAGE)
                    f.write(page)
            at += stored * layout.PAGE
        f.truncate(at)          # zero pages at the end are holes in the file


def flatten(data, f):
    """makedumpfile -F: the file as records of (offset, size, bytes), big-endian."""
    f.write(struct.pack(">16sqq", b"makedumpfile", 1, 1).ljust(layout.PAGE, b"\0"))
    for at in range(0, len(data), 1 << 16):
        piece = data[at:at + (1 << 16)]
        f.write(struct.pack(">qq", at, len(piece)) + piece)
    f.write(struct.pack(">qq", -1, -1))
