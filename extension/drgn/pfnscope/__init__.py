# SPDX-License-Identifier: GPL-2.0-or-later
"""
pfnscope in a drgn session: fsck for the Linux memmap.

>>> import pfnscope
>>> pfnscope.diagnose(prog).verdict.title
"stable_page_flags() stepped on PFN 0x44000, whose struct page is depopulated: ..."
>>> pfnscope.pfn(prog, 0x44000).page.object.flags
(unsigned long)18302063728033398269

All functions take a drgn Program of a Linux kernel's core dump, or of the live
kernel, and work with and without debugging information in it. PFNs and addresses
are int. Ranges of PFNs are half-open: start is in, end is not.

Where a Program knows its dump file, the file is read by pfnscope's own reader;
reader="host" has everything read through the Program instead. Symbols and types
are the Program's in both cases, where it has any.

Errors: PfnscopeError, where the command line would exit with status 2; and what
the Program itself raises, KeyboardInterrupt included, but for its FaultError and
LookupError, which are answers. LibraryError: libpfnscope.so is missing, or of
another version.

From drgn 0.1.0 on there is the command %pfnscope, with the verbs and the options
of the command line. This file works alone, too: DRGN_PLUGINS=pfnscope=FILE.
"""

import ctypes
import dataclasses
import errno
import functools
import html
import json
import os
import re
import shlex
import signal
import stat
import sys
import tempfile
import threading
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence, Tuple, Union

import drgn

__version__ = "0.2"

__all__ = (
    "Candidate", "Finding", "Fix", "Frame", "LibraryError", "Page", "Panic", "PfnReport",
    "PfnscopeError", "Report", "Run", "Section", "Verdict", "check", "diagnose", "open", "pfn",
    "query", "report", "run", "sections", "states",
)

_file_open = open


class PfnscopeError(Exception):
    """
    The analysis could not run: no Linux kernel, no VMCOREINFO, facts missing, a
    wrong argument. The message is the command line's.
    """


class LibraryError(PfnscopeError):
    """libpfnscope.so could not be loaded, or is of another version."""


# ---- What comes back ----


@dataclasses.dataclass(frozen=True)
class Run:
    """Pages in one abnormal state: PFNs start (in) to end (out)."""

    start: int
    end: int
    state: str
    """"poisoned", "unmapped", ...: the words of `pfnscope explain`."""


@dataclasses.dataclass(frozen=True)
class Section:
    """A section of the sparse memory model."""

    nr: int
    start: int
    """First PFN."""
    end: int
    """One past the last PFN."""
    flags: List[str]
    """"present", "has_mem_map", "online", "early", "taint_zone_device", ..."""
    section_mem_map: int
    """As stored: flag bits and encoded pointer."""
    address: int
    """Virtual address of its struct mem_section."""
    subsection_map: Optional[List[int]]
    """64-bit words, lowest PFN in bit 0 of the first; None: none, or not readable."""
    _make: Callable[[], Optional[drgn.Object]] = dataclasses.field(repr=False, compare=False)

    @property
    def object(self) -> Optional[drgn.Object]:
        """
        struct mem_section *. Where the Program has no types, it has the members that
        pfnscope knows of this kernel; None: those of none.
        """
        return self._make()


@dataclasses.dataclass(frozen=True)
class Page:
    """A struct page."""

    pfn: int
    address: int
    """Virtual address of the struct page."""
    state: str
    """"ok", "free", "poisoned", "unmapped", "excluded", "undecidable", ..."""
    why: Optional[str]
    """What the state rests on."""
    words: Optional[List[int]]
    """Its bytes as 64-bit words; None: unmapped, or not in the dump."""
    walk: Dict[str, Any]
    """The page-table entries that map it, or the last of which does not."""
    _make: Callable[[], Optional[drgn.Object]] = dataclasses.field(repr=False, compare=False)

    @property
    def object(self) -> Optional[drgn.Object]:
        """
        struct page *; reading it may fault. Where the Program has no types, it has the
        members that pfnscope knows of this kernel; None: those of none.
        """
        return self._make()


@dataclasses.dataclass(frozen=True)
class Finding:
    """One problem over one range of PFNs."""

    code: str
    severity: str
    """"fatal", "corrupt", "suspicious" or "note"."""
    confidence: str
    start: int
    end: int
    pages: int
    """Affected pages in the range."""
    title: str
    evidence: List[str]
    decided_by: Optional[str]
    """What would make it certain; None: it is."""


@dataclasses.dataclass(frozen=True)
class Fix:
    """An upstream commit. Vendor kernels may carry it: look for the title."""

    title: str
    commit: str
    version: str
    """First release with it, "v5.9"."""


@dataclasses.dataclass(frozen=True)
class Candidate:
    """A page that the panic names."""

    pfn: int
    source: str
    """"rdi", "fault address", ..."""
    accepted: bool
    why: str


@dataclasses.dataclass(frozen=True)
class Frame:
    """A function on the stack of the panic."""

    function: str
    offset: int
    module: Optional[str]
    guess: bool
    """The kernel printed "? function"."""
    inlined: bool
    """Into the next frame that is not; file, line and locals: what libdrgn added."""
    file: Optional[str]
    line: Optional[int]
    locals: Dict[str, int]


@dataclasses.dataclass(frozen=True)
class Panic:
    """The panic as the dump tells it."""

    message: str
    kind: str
    function: Optional[str]
    fault_address: Optional[int]
    """As the faulting instruction computes it; else as printed."""
    access: Optional[str]
    cpu: Optional[int]
    pid: Optional[int]
    comm: Optional[str]
    registers: Dict[str, int]
    stack: List[Frame]
    candidates: List[Candidate]


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What the panic comes to."""

    status: str
    """"explained", "unexplained", "unrelated", "no-panic" or "inconclusive"."""
    title: str
    page: Optional[Page]
    """The struct page that the panic stepped on; None: no page reproduces it."""
    mechanism: Optional[str]
    """Code for `pfnscope explain`."""
    confidence: Optional[str]
    """"low", "medium" or "high"."""
    decided_by: Optional[str]
    """What would make it certain; None: it is."""
    evidence: List[str]
    fixes: List[Fix]
    advice: Optional[str]
    signature: Dict[str, str]
    """"title", "defect", "crash": the same for the same defect and crash."""
    _html: Callable[[], str] = dataclasses.field(repr=False, compare=False)

    def _repr_html_(self) -> str:
        """For notebooks: report.html of `pfnscope report`, in a frame."""
        return self._html()


@dataclasses.dataclass(frozen=True)
class Report:
    """What diagnose() and check() return."""

    exit_status: int
    """Of the command line: 0 no problem, 1 problems, 3 inconclusive."""
    panic: Optional[Panic]
    """None: there was none; of check(): not looked for."""
    verdict: Optional[Verdict]
    """None: check() does not judge the panic."""
    findings: List[Finding]
    limits: List[Tuple[str, str]]
    """What could not be said, and why."""
    json: Dict[str, Any]
    """The whole JSON document."""

    def _repr_html_(self) -> Optional[str]:
        """That of the verdict; None: check() has none."""
        return self.verdict._repr_html_() if self.verdict else None


@dataclasses.dataclass(frozen=True)
class PfnReport:
    """Everything about one page frame; what is not here is in json."""

    pfn: int
    physical: int
    """Physical address, in bytes."""
    page: Optional[Page]
    """None: it has no struct page."""
    section: Optional[Section]
    kernel_says: Dict[str, bool]
    """pfn_valid(), pfn_to_online_page(), ...; without an answer there is no key."""
    walkers: List[Dict[str, Any]]
    """Kernel functions that read struct pages: would they read it, and fault?"""
    limits: List[Tuple[str, str]]
    json: Dict[str, Any]


# ---- The library ----


class _Err(ctypes.Structure):
    _fields_ = [("code", ctypes.c_int), ("msg", ctypes.c_char * 512)]


class _Member(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("offset", "size", "nelems")]


_u64p = ctypes.POINTER(ctypes.c_uint64)
_Open = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int,
                         ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(_Err))
_Write = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)
_Flush = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)
_Stop = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p)
_Complain = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_char_p)
_Read = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_void_p,
                         ctypes.c_size_t)
_Name = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, _u64p)
_MemberOf = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p,
                             ctypes.POINTER(_Member))
_Constant = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p,
                             ctypes.POINTER(ctypes.c_int64))


class _Host(ctypes.Structure):
    """struct pfs_host of <pfnscope/hosted.h>."""

    _fields_ = [
        ("open", _Open), ("write", _Write), ("flush", _Flush), ("stop", _Stop),
        ("complain", _Complain), ("arg", ctypes.c_void_p), ("terminal", ctypes.c_bool),
        ("width", ctypes.c_uint), ("hex", ctypes.c_bool),
    ]


class _Callbacks(ctypes.Structure):
    """struct pfs_callbacks of <pfnscope/hosted.h>."""

    _fields_ = [
        ("size", ctypes.c_size_t), ("name", ctypes.c_char_p), ("version", ctypes.c_char_p),
        ("path", ctypes.c_char_p), ("more", ctypes.POINTER(ctypes.c_char_p)),
        ("arch", ctypes.c_char_p), ("vmcoreinfo", ctypes.c_char_p),
        ("vmcoreinfo_len", ctypes.c_size_t), ("live", ctypes.c_bool), ("read", _Read),
        ("symbol", _Name), ("type_size", _Name), ("member", _MemberOf),
        ("enumerator", _Constant), ("arg", ctypes.c_void_p), ("lookup", ctypes.c_void_p * 2),
    ]


_ReadCore = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_void_p,
                             ctypes.c_size_t, ctypes.c_bool)


class _Core(ctypes.Structure):
    """struct pfs_core of <pfnscope/target.h>."""

    _fields_ = [("elf", ctypes.c_void_p), ("len", ctypes.c_size_t), ("read", _ReadCore),
                ("arg", ctypes.c_void_p), ("pid", ctypes.c_uint32)]


@functools.lru_cache(maxsize=None)
def _library() -> ctypes.CDLL:
    """PFNSCOPE_LIBRARY; beside this file; where it was built; where the loader looks."""
    here = os.path.dirname(os.path.abspath(__file__))
    paths = [os.path.join(here, "libpfnscope.so"),
             os.path.join(here, "..", "..", "..", "build", "libpfnscope.so")]
    path = os.environ.get("PFNSCOPE_LIBRARY") or next(
        (p for p in paths if os.path.exists(p)), "libpfnscope.so.0")
    try:
        lib = ctypes.CDLL(path)
        lib.pfs_version.restype = ctypes.c_char_p
        version = lib.pfs_version().decode()
        lib.pfs_target_callbacks.argtypes = (
            ctypes.POINTER(_Callbacks), ctypes.c_int, ctypes.POINTER(ctypes.c_void_p),
            ctypes.POINTER(_Err))
        lib.pfs_hosted_run.argtypes = (
            ctypes.POINTER(_Host), ctypes.c_int, ctypes.POINTER(ctypes.c_char_p))
    except (OSError, AttributeError) as e:
        raise LibraryError("%s: %s; PFNSCOPE_LIBRARY names another" % (path, e)) from None
    if version != __version__:
        raise LibraryError("%s is of version %s, and this is %s" % (path, version, __version__))
    lib.pfs_opened_new.argtypes = (
        ctypes.POINTER(ctypes.c_char_p), ctypes.c_size_t, ctypes.c_char_p,
        ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(_Err))
    lib.pfs_opened_core.argtypes = (ctypes.c_void_p,)
    lib.pfs_opened_core.restype = ctypes.POINTER(_Core)
    lib.pfs_opened_free.argtypes = (ctypes.c_void_p,)
    lib.pfs_opened_free.restype = None
    return lib


# ---- What the library asks for ----

_DUMP_MAGIC = (b"\x7fELF", b"KDUMP   ", b"DISKDUMP", b"makedump")
_ET_CORE = 4


def _dump_files() -> Dict[Tuple[int, int], str]:
    """Dumps that this process has open, by device and inode."""
    found = {}
    for fd in os.listdir("/proc/self/fd"):
        try:
            st = os.stat("/proc/self/fd/" + fd)
            if not stat.S_ISREG(st.st_mode) or (st.st_dev, st.st_ino) in found:
                continue
            head = os.pread(int(fd), 18, 0)
            path = os.readlink("/proc/self/fd/" + fd)
            is_core = head[:4] != b"\x7fELF" or int.from_bytes(
                head[16:18], "big" if head[5:6] == b"\2" else "little") == _ET_CORE
            if head.startswith(_DUMP_MAGIC) and is_core:
                found[st.st_dev, st.st_ino] = path
        except (OSError, ValueError):
            continue
    return found


class _Opened:
    """A dump that open() has open. Programs hold it; with it goes the library's part."""

    def __init__(self, paths: Sequence[str], vmlinux: Optional[str]) -> None:
        self.lib = _library()
        self.handle = ctypes.c_void_p()
        self.paths = [os.path.abspath(p) for p in paths]
        err = _Err()
        array = (ctypes.c_char_p * len(paths))(*(os.fsencode(p) for p in paths))
        if self.lib.pfs_opened_new(array, len(paths), os.fsencode(vmlinux) if vmlinux else None,
                                   self.handle, err):
            raise PfnscopeError(err.msg.decode("ascii", "replace"))
        self.core = self.lib.pfs_opened_core(self.handle)[0]
        self.lock = threading.Lock()

    def __del__(self) -> None:
        if self.handle:
            self.lib.pfs_opened_free(self.handle)

    def read(self, address: int, count: int, offset: int, physical: bool) -> bytes:
        buf = ctypes.create_string_buffer(count)
        with self.lock:
            if self.core.read(self.core.arg, address, buf, count, physical):
                raise drgn.FaultError("not in the dump, or not mapped", address)
        return buf.raw

    def program(self) -> drgn.Program:
        prog = drgn.Program()
        fd = os.memfd_create("pfnscope", os.MFD_CLOEXEC)
        try:
            os.write(fd, ctypes.string_at(self.core.elf, self.core.len))
            # By path: drgn took no descriptor before 0.0.25.
            prog.set_core_dump("/proc/self/fd/%d" % fd)
        finally:
            os.close(fd)
        prog.add_memory_segment(0, 2 ** 64 - 1, self.read, True)
        # The lower half is drgn's own affair: that of no task is mapped here.
        prog.add_memory_segment(2 ** 63, 2 ** 63 - 1, self.read, False)
        return prog


# Where a Program has no cache of its own (drgn before 0.0.25), it is kept here.
_opened: Dict[int, Tuple[drgn.Program, _Opened]] = {}


def _opened_by_us(prog: drgn.Program) -> Optional[_Opened]:
    if hasattr(prog, "cache"):
        found: Optional[_Opened] = prog.cache.get("pfnscope opened")
        return found
    return _opened[id(prog)][1] if id(prog) in _opened else None


def _dump_path(prog: drgn.Program) -> Optional[str]:
    """The dump file of a Program, if that can be told without a doubt."""
    opened = _opened_by_us(prog)
    if opened:
        return opened.paths[0]
    if prog.flags & drgn.ProgramFlags.IS_LIVE:
        return "/proc/kcore"
    files = _dump_files()
    if not hasattr(prog, "core_dump_path"):     # drgn before 0.1.0
        paths = list(files.values())
        return paths[0] if len(paths) == 1 and os.path.exists(paths[0]) else None
    path = prog.core_dump_path
    try:
        st = os.stat(path) if path else None
    except OSError:
        return None
    return path if st and (st.st_dev, st.st_ino) in files else None


def _vmcoreinfo(prog: drgn.Program) -> Optional[bytes]:
    """
    The Program's own; None: the file's. Old drgns do not give it away, but the kernel
    keeps an ELF note of it ready: sizes of name and text, type, name, text.
    """
    try:
        text: bytes = prog["VMCOREINFO"].string_()
        return text
    except (LookupError, drgn.FaultError):
        pass
    try:
        note = prog.read_u64(prog.symbol("vmcoreinfo_note").address)
        head = prog.read(note, 24)
        size = int.from_bytes(head[4:8], "little")
        if head[12:23] != b"VMCOREINFO\0" or size > 1 << 16:
            return None
        text = prog.read(note + 24, size)
        return text.split(b"\0")[0]
    except (LookupError, drgn.FaultError):
        return None


def _tagged(prog: drgn.Program, name: str) -> Any:
    """struct NAME, or the union, enumeration or typedef; LookupError."""
    for kind in ("struct ", "union ", "enum ", ""):
        try:
            return prog.type(kind + name)
        except (LookupError, SyntaxError):
            continue
    raise LookupError(name)


def _strip(type_: Any) -> Any:
    while type_.kind == drgn.TypeKind.TYPEDEF:
        type_ = type_.type
    return type_


def _find_member(prog: drgn.Program, name: str, member: str) -> Tuple[int, int, int]:
    """
    Offset in bytes, size in bytes, and number of elements (0: no array) of
    "member" or "member.member" of a type; of arrays, the first element is gone into.
    """
    type_ = _strip(_tagged(prog, name))
    bits = 0
    for part in member.split("."):
        while type_.kind == drgn.TypeKind.ARRAY:
            type_ = _strip(type_.type)
        if type_.kind not in (drgn.TypeKind.STRUCT, drgn.TypeKind.UNION):
            raise LookupError(member)
        found = type_.member(part)
        bits += found.bit_offset
        type_ = _strip(found.type)
    nelems = (type_.length or 0) if type_.kind == drgn.TypeKind.ARRAY else 0
    if found.bit_field_size:
        return bits // 8, (bits % 8 + found.bit_field_size + 7) // 8, nelems
    if type_.kind == drgn.TypeKind.ARRAY and not type_.length:
        return bits // 8, 0, 0
    return bits // 8, drgn.sizeof(type_), nelems


_READERS = {"auto": 0, "host": 1, "file": 2}


class _Call:
    """
    One call into the library. No exception leaves a callback: it is kept, the
    library is told to stop, and run() raises it. So does the first ^C, but in the
    scan of all pages, which it ends with what was found until then.
    """

    def __init__(self, prog: Optional[drgn.Program], reader: str,
                 write: Callable[[bytes], Any]) -> None:
        if reader not in _READERS:
            raise ValueError("reader is 'auto', 'host' or 'file', not %r" % (reader,))
        self.prog = prog
        self.reader = reader
        self.out = write
        self.complaint = ""
        self.raised: Optional[BaseException] = None
        self.scanning = False
        self.interrupted = False
        self.lib = _library()
        self.callbacks = _Callbacks()
        self.ours: List[Callable[..., Any]] = []
        self.host = _Host(
            open=_Open(self._guard(self._open)), write=_Write(self._guard(self._write)),
            flush=_Flush(self._known(lambda arg: 0)), stop=_Stop(self._known(self._stop)),
            complain=_Complain(self._known(self._complain)), terminal=False, width=78)

    def _known(self, call: Callable[..., Any]) -> Callable[..., Any]:
        self.ours.append(call)
        return call

    def _unraisable(self, info: Any) -> None:
        """
        A signal's handler may raise before the first line of a callback, or after its
        last: ctypes has no place for that but this hook, and answers 0 for us.
        """
        # From Python 3.13 on it names the callback in the message alone.
        message = info.err_msg or "" if info.object is None else ""
        if any(info.object == call or repr(call) in message for call in self.ours):
            self.raised = self.raised or info.exc_value
        else:
            self.hook(info)

    def _guard(self, call: Callable[..., Any]) -> Callable[..., int]:
        def guarded(arg: Any, *args: Any) -> int:
            try:
                if self.raised:
                    return -errno.EINTR
                return call(*args) or 0
            except LookupError:
                return -errno.ENOENT
            except drgn.FaultError:
                return -errno.EFAULT
            except BrokenPipeError:
                return -errno.EPIPE
            except BaseException as e:
                self.raised = self.raised or e
                return -errno.EIO
        self.ours.append(guarded)
        return guarded

    def _stop(self, arg: Any) -> bool:
        self.scanning = True
        return bool(self.raised or self.interrupted)

    def _complain(self, arg: Any, line: bytes) -> None:
        self.complaint = line.decode("ascii", "replace")

    def _write(self, buf: int, length: int) -> None:
        self.out(ctypes.string_at(buf, length))

    def _open(self, reader: int, ret: Any, err: Any) -> int:
        c, prog = self.callbacks, self.prog
        if prog is None or not prog.flags & drgn.ProgramFlags.IS_LINUX_KERNEL:
            err.contents.code = errno.EINVAL
            err.contents.msg = b"this program is no Linux kernel"
            return -errno.EINVAL
        c.size = ctypes.sizeof(c)
        c.name = b"drgn"
        c.version = getattr(drgn, "__version__", "unknown").encode()
        path = _dump_path(prog)
        c.path = os.fsencode(path) if path else None
        opened = _opened_by_us(prog)
        if opened and len(opened.paths) > 1:
            more = [os.fsencode(p) for p in opened.paths[1:]]
            c.more = (ctypes.c_char_p * (len(more) + 1))(*more, None)
        # drgn and libkdumpfile call machines alike, but for the case.
        if prog.platform and prog.platform.arch != drgn.Architecture.UNKNOWN:
            c.arch = prog.platform.arch.name.lower().encode()
        text = _vmcoreinfo(prog)
        c.vmcoreinfo = text
        c.vmcoreinfo_len = len(text or b"")
        c.live = bool(prog.flags & drgn.ProgramFlags.IS_LIVE)
        c.read = _Read(self._guard(self._read))
        try:
            prog.type("struct page")
        except LookupError:
            pass        # The dump's own tables are asked.
        else:
            c.symbol = _Name(self._guard(self._symbol))
            c.type_size = _Name(self._guard(self._type_size))
            c.member = _MemberOf(self._guard(self._member))
            c.enumerator = _Constant(self._guard(self._enumerator))
        status: int = self.lib.pfs_target_callbacks(c, reader, ret, err)
        return status

    def _read(self, pa: int, buf: int, length: int) -> None:
        assert self.prog is not None
        data = self.prog.read(pa, length, True)
        if len(data) != length:
            raise ValueError("read(): %d bytes in place of %d" % (len(data), length))
        ctypes.memmove(buf, data, length)

    def _symbol(self, name: bytes, ret: Any) -> None:
        # drgn looks through all symbols for each; those of a dump do not move, and none
        # comes to the kernel's when they are loaded.
        assert self.prog is not None
        known: Dict[bytes, Optional[int]] = {}
        if not self.callbacks.live:
            known = getattr(self.prog, "cache", {}).setdefault("pfnscope symbols", known)
        if name not in known:
            try:
                known[name] = self.prog.symbol(name.decode()).address
            except LookupError:
                if b"_stext" not in known:
                    raise
                known[name] = None
        address = known[name]
        if address is None:
            raise LookupError(name)
        ret[0] = address

    def _type_size(self, name: bytes, ret: Any) -> None:
        try:
            ret[0] = drgn.sizeof(_tagged(self.prog, name.decode()))
        except TypeError:       # An incomplete type has none.
            raise LookupError(name) from None

    def _member(self, name: bytes, member: bytes, ret: Any) -> None:
        try:
            found = _find_member(self.prog, name.decode(), member.decode())
        except TypeError:
            raise LookupError(member) from None
        ret[0].offset, ret[0].size, ret[0].nelems = found

    def _enumerator(self, name: bytes, ret: Any) -> None:
        assert self.prog is not None
        ret[0] = self.prog.constant(name.decode()).value_()

    def _on_sigint(self, number: int, frame: Any) -> None:
        if self.interrupted or not self.scanning:
            self.raised = self.raised or KeyboardInterrupt()
        self.interrupted = True

    def run(self, argv: Sequence[str]) -> int:
        """The exit status of the command line; complaint says more of status 2."""
        words = [b"pfnscope", b"--reader=" + self.reader.encode()] if self.reader != "auto" \
            else [b"pfnscope"]
        words += [os.fsencode(w) for w in argv]
        array = (ctypes.c_char_p * (len(words) + 1))(*words, None)
        old = None
        if threading.current_thread() is threading.main_thread() and \
           signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            old = signal.signal(signal.SIGINT, self._on_sigint)
        self.hook = sys.unraisablehook
        sys.unraisablehook = self._unraisable
        try:
            status: int = self.lib.pfs_hosted_run(self.host, len(words), array)
        finally:
            sys.unraisablehook = self.hook
            if old is not None:
                signal.signal(signal.SIGINT, old)
            # They hold us, and we them: without that the Program would stay open.
            del self.host, self.callbacks, self.ours
        if self.raised:
            raise self.raised
        return status


# ---- From JSON ----


def _int(value: Any) -> int:
    return int(value, 16) if isinstance(value, str) else int(value)


def _maybe(value: Any) -> Optional[int]:
    return None if value is None else _int(value)


def _made_type(prog: drgn.Program, name: str) -> Optional[drgn.Type]:
    """struct NAME of the members whose offsets are facts, for a Program without types."""
    facts = {f["name"]: _int(f["value"]) for f in query(prog, "facts")["facts"]}
    word, half = prog.int_type("unsigned long", 8, False), prog.int_type("int", 4, True)
    members = []
    for fact, offset in facts.items():
        match = re.match(r"OFFSET\(%s\.(\w+)\)$" % name, fact)
        if match:
            type_ = half if match.group(1) in ("_refcount", "_mapcount") else word
            members.append(drgn.TypeMember(type_, match.group(1), 8 * offset))
    size = facts.get("SIZE(%s)" % name)
    if not members or not size:
        return None
    return prog.struct_type(name, size, sorted(members, key=lambda m: m.bit_offset))


def _pointer(prog: drgn.Program, name: str, address: int) -> Optional[drgn.Object]:
    try:
        type_: Optional[drgn.Type] = prog.type("struct " + name)
    except LookupError:
        # drgn before 0.0.25 has no cache: it is made each time.
        made = getattr(prog, "cache", {}).setdefault("pfnscope types", {})
        if name not in made:
            made[name] = _made_type(prog, name)
        type_ = made[name]
    return drgn.Object(prog, prog.pointer_type(type_), value=address) if type_ else None


def _page(prog: drgn.Program, pfn_: int, o: Dict[str, Any], address: int) -> Page:
    return Page(
        pfn=pfn_, address=address, state=o["state"], why=o.get("why"),
        words=[_int(w["value"] if isinstance(w, dict) else w) for w in o["words"]]
        if "words" in o else None,
        walk=o.get("walk", {}), _make=lambda: _pointer(prog, "page", address))


def _section(prog: drgn.Program, o: Dict[str, Any]) -> Section:
    bits, address = o.get("subsection_map"), _int(o["address"])
    return Section(
        nr=o["section"], start=_int(o["start"]), end=_int(o["end"]), flags=o["flags"],
        section_mem_map=_int(o["section_mem_map"]), address=address,
        subsection_map=None if bits is None else [_int(w) for w in bits],
        _make=lambda: _pointer(prog, "mem_section", address))


def _limits(doc: Dict[str, Any]) -> List[Tuple[str, str]]:
    return [(row["what"], row["why"]) for row in doc.get("limits", [])]


def _panic(o: Dict[str, Any]) -> Panic:
    task = o.get("task", {})
    return Panic(
        message=o["message"], kind=o["kind"], function=o.get("function"),
        fault_address=_maybe(o.get("fault_address_effective", o.get("fault_address"))),
        access=o.get("access"), cpu=o.get("cpu"), pid=task.get("pid"), comm=task.get("comm"),
        registers={name: _int(v) for name, v in o["registers"].items()},
        stack=[Frame(
            function=f["function"], offset=_int(f.get("offset", 0)), module=f.get("module"),
            guess=f.get("guess", False), inlined=f.get("inlined", False), file=f.get("file"), line=f.get("line"),
            locals={name: _int(v) for name, v in f.get("locals", {}).items()},
        ) for f in o["stack"]],
        candidates=[Candidate(_int(c["pfn"]), c["from"], c["accepted"], c["why"])
                    for c in o["candidates"]])


def _frame(prog: drgn.Program, reader: str) -> str:
    """report.html is a document with styles of its own, which a notebook must not get."""
    with tempfile.TemporaryDirectory() as folder:
        report(prog, os.path.join(folder, "report"), reader=reader)
        with _file_open(os.path.join(folder, "report", "report.html"), encoding="utf-8") as f:
            text = f.read()
    return '<iframe sandbox style="width: 100%%; height: 40em; border: 0" srcdoc="%s"></iframe>' \
        % html.escape(text)


def _verdict(prog: drgn.Program, o: Dict[str, Any], reader: str) -> Verdict:
    page = _page(prog, _int(o["pfn"]), o, _int(o["page"])) if "pfn" in o else None
    return Verdict(
        status=o["status"], title=o["title"], page=page, mechanism=o.get("mechanism"),
        confidence=o.get("confidence"), decided_by=o.get("decided_by"), evidence=o["evidence"],
        fixes=[Fix(f["title"], f["commit"], f["in"]) for f in o["fixes"]],
        advice=o.get("advice"), signature=o.get("signature", {}),
        _html=lambda: _frame(prog, reader))


def _report(prog: drgn.Program, status: int, doc: Dict[str, Any], reader: str) -> Report:
    return Report(
        exit_status=status,
        panic=_panic(doc["panic"]) if "panic" in doc else None,
        verdict=_verdict(prog, doc["verdict"], reader) if "verdict" in doc else None,
        findings=[Finding(f["code"], f["severity"], f["confidence"], _int(f["start"]),
                          _int(f["end"]), f["pages"], f["title"], f["evidence"],
                          f.get("decided_by"))
                  for f in doc["findings"]],
        limits=_limits(doc), json=doc)


# ---- The functions ----


def open(path: Union[str, "os.PathLike[str]"], *more: Union[str, "os.PathLike[str]"],
         vmlinux: Union[str, "os.PathLike[str]", None] = None) -> drgn.Program:
    """
    A Program of any dump that pfnscope reads, flattened and split ones included: drgn
    gets its memory through pfnscope's reader. The registers of a dump that has none
    are those of the log.

    :param more: The other files of a split dump.
    :param vmlinux: Loaded as debugging information, where it is given.
    :raises PfnscopeError: where the command line would end with status 2.
    """
    paths = [os.fspath(p) for p in (path, *more)]
    debug = os.fspath(vmlinux) if vmlinux is not None else None
    opened = _Opened(paths, debug)
    prog = opened.program()
    if hasattr(prog, "cache"):
        prog.cache["pfnscope opened"] = opened
    else:
        _opened[id(prog)] = (prog, opened)
    if debug is not None:
        prog.load_debug_info([debug])
    return prog


def run(prog: Optional[drgn.Program], *argv: str, reader: str = "auto") -> Tuple[int, str]:
    """
    Run a verb with its options, as on the command line but without the files.

    :return: Exit status 0, 1 or 3, and the text that the command prints.
    :raises PfnscopeError: where the status would be 2.
    """
    out: List[bytes] = []
    call = _Call(prog, reader, out.append)
    status = call.run(argv)
    if call.interrupted:
        raise KeyboardInterrupt
    if status == 2:
        raise PfnscopeError(call.complaint)
    return status, b"".join(out).decode()


def query(prog: drgn.Program, *argv: str, reader: str = "auto") -> Dict[str, Any]:
    """
    The JSON document of a verb: query(prog, "vmemmap"). In it PFNs and addresses
    are strings "0x...".
    """
    doc: Dict[str, Any] = json.loads(run(prog, "--json", *argv, reader=reader)[1])
    return doc


def diagnose(prog: drgn.Program, *, reader: str = "auto") -> Report:
    """The verdict on the panic, and all findings."""
    status, text = run(prog, "--json", "diagnose", reader=reader)
    return _report(prog, status, json.loads(text), reader)


def check(prog: drgn.Program, *, reader: str = "auto") -> Report:
    """The findings alone: fsck for the memmap, without a look at the panic."""
    status, text = run(prog, "--json", "check", reader=reader)
    return _report(prog, status, json.loads(text), reader)


def pfn(prog: drgn.Program, x: Union[int, str, drgn.Object], *, reader: str = "auto") -> PfnReport:
    """
    Everything about one page.

    :param x: A PFN, a physical address, the address of a struct page or any
        address inside one, told apart by value; "pfn:0x44000", "phys:...",
        "page:..." and "virt:..." settle it. An Object: a pointer, or an integer.
    """
    if isinstance(x, drgn.Object):
        x = int(x.value_())
    doc = query(prog, "pfn", x if isinstance(x, str) else hex(x), reader=reader)
    nr = _int(doc["pfn"])
    page = doc.get("page")
    return PfnReport(
        pfn=nr, physical=_int(doc["physical"]),
        page=_page(prog, nr, page, _int(page["address"])) if page else None,
        section=_section(prog, doc["section"]) if "section" in doc else None,
        kernel_says=doc["kernel_says"], walkers=doc["walkers"], limits=_limits(doc), json=doc)


def sections(prog: drgn.Program, *, reader: str = "auto") -> List[Section]:
    """The section table: every present section, and leftovers that are not zero."""
    return [_section(prog, s) for s in query(prog, "sections", reader=reader)["sections"]]


def states(prog: drgn.Program, start: int = 0, end: Optional[int] = None, *,
           reader: str = "auto") -> List[Run]:
    """
    The pages of PFNs start to end (None: all) whose struct page is in an abnormal
    state, as runs in ascending order. Pages that are in no run are in order.
    """
    rows = (Run(_int(r["start"]), _int(r["end"]), r["state"])
            for r in query(prog, "map", reader=reader)["states"])
    limit = sys.maxsize if end is None else end
    return [dataclasses.replace(r, start=max(r.start, start), end=min(r.end, limit))
            for r in rows if r.start < limit and r.end > start]


def report(prog: drgn.Program, path: Union[str, "os.PathLike[str]"], *,
           reader: str = "auto") -> int:
    """
    Write the attachments for a ticket to path, as `pfnscope report -o` does.

    :return: The exit status of diagnose().
    """
    return run(prog, "report", "-o", os.fspath(path), reader=reader)[0]


@functools.lru_cache(maxsize=None)
def _help(*argv: str) -> str:
    return run(None, *argv)[1]


def _verbs() -> List[str]:
    return re.findall(r"^  ([a-z]+)\b", _help("-h"), re.M)


def _options(verb: Optional[str]) -> List[str]:
    return re.findall(r"(--[a-z-]+=?)", _help(*([verb] if verb else []), "-h"))


# ---- %pfnscope, from drgn 0.1.0 on ----


def _matches(line: str, text: str) -> Iterator[str]:
    """How the last word of a line "%pfnscope ..." can go on."""
    before = line[:len(line) - len(text)].split()[1:]
    verbs = _verbs()
    verb = next((w for w in before if w in verbs), None)
    if text.startswith("-"):
        yield from (o if o.endswith("=") else o + " " for o in _options(verb)
                    if o.startswith(text))
    elif not verb:
        yield from (v + " " for v in verbs if v.startswith(text))


def _complete_commands() -> None:
    """Before the next line is read, put our completer before the one that is there."""
    try:
        import readline
    except ImportError:
        return
    if not hasattr(readline, "set_pre_input_hook"):
        return

    def hook() -> None:
        readline.set_pre_input_hook(None)
        other = readline.get_completer()

        def complete(text: str, state: int) -> Optional[str]:
            line = readline.get_line_buffer()[:readline.get_endidx()]
            match = re.match(r"%pfnscope\s", line)
            if not match:
                return other(text, state) if other else None
            # "-" ends a word to readline, but not to us.
            word = re.search(r"\S*$", line).group()     # type: ignore[union-attr]
            skip = len(word) - len(text)
            found = list(_matches(line, word)) if skip >= 0 else []
            return found[state][skip:] if state < len(found) else None

        readline.set_completer(complete)

    readline.set_pre_input_hook(hook)


def _register() -> None:
    try:
        from drgn.commands import (
            DEFAULT_COMMAND_NAMESPACE, CommandError, ParsedCommand, parse_shell_command)
    except ImportError:
        return

    class PfnscopeCommand:
        """%pfnscope: the output goes where Python's does; `_` is the exit status."""

        def description(self) -> str:
            return "fsck for the memmap: which struct page did the panic step on, and why"

        def format_usage(self) -> str:
            return "pfnscope [verb] [argument] [option]..."

        def format_help(self, *, indent: str = "") -> str:
            text = _help("--help").split("\n", 1)[1].strip()
            return "\n".join((indent + line).rstrip() for line in text.split("\n"))

        def enabled(self, prog: drgn.Program) -> bool:
            return bool(prog.flags & drgn.ProgramFlags.IS_LINUX_KERNEL)

        def parse(self, source: str) -> "ParsedCommand[Sequence[str]]":
            return parse_shell_command(source)

        def run(self, prog: drgn.Program, name: str, args: Sequence[str], **kwargs: Any) -> int:
            call = _Call(prog, "auto", lambda data: sys.stdout.write(data.decode()))
            call.host.terminal = sys.stdout.isatty()
            try:
                status = call.run(args)
            except KeyboardInterrupt:
                raise CommandError("pfnscope: interrupted") from None
            sys.stdout.flush()
            if status == 2:
                raise CommandError("pfnscope: " + call.complaint)
            return status

    DEFAULT_COMMAND_NAMESPACE.register("pfnscope", PfnscopeCommand())
    _complete_commands()


# ---- %load_ext pfnscope: IPython, Jupyter ----


def load_ipython_extension(ipython: Any) -> None:
    """%pfnscope, of the Program that is called prog, or of drgn's default one."""

    def magic(line: str) -> None:
        prog = ipython.user_ns.get("prog")
        if not isinstance(prog, drgn.Program) and hasattr(drgn, "get_default_prog"):
            prog = drgn.get_default_prog()
        if not isinstance(prog, drgn.Program):
            raise PfnscopeError("there is no Program called prog")
        call = _Call(prog, "auto", lambda data: sys.stdout.write(data.decode()))
        try:
            status = call.run(shlex.split(line))
        except KeyboardInterrupt:
            print("pfnscope: interrupted", file=sys.stderr)
            return
        if status == 2:
            print("pfnscope: " + call.complaint, file=sys.stderr)

    def complete(_: Any, event: Any) -> List[str]:
        return [m.strip() for m in _matches(event.line, event.symbol)]

    ipython.register_magic_function(magic, "line", "pfnscope")
    ipython.set_hook("complete_command", complete, str_key="%pfnscope")


_register()
