# SPDX-License-Identifier: GPL-2.0-or-later
"""
The module in a drgn session on a distilled dump: what its functions return, and
what a Program that misbehaves, or a user who hits ^C, comes to.

usage: session.py DUMP VMLINUX-OF-ANOTHER-KERNEL OUTPUT-FOLDER

One line a test: "ok NAME" or "not ok NAME: why". cases/drgn.t runs it, and so does
the lab, in every drgn that there is.
"""
import contextlib
import io
import os
import signal
import sys
import threading
from unittest import mock

import drgn
import pfnscope

FLAGS = drgn.ProgramFlags
S1_PFN = 0x14000

# The end of a Program of a kdump crashes in libkdumpfile before 0.5.2.
programs = []


def test(name, good, got=None):
    print("ok" if good else "not ok", name if good else "%s: %r" % (name, got), flush=True)


def raises(name, exception, call):
    try:
        got = call()
    except exception as e:
        test(name, True)
        return e
    except BaseException as e:      # pylint: disable=broad-except
        got = e
    test(name, False, got)
    return None


def open_dump(path):
    prog = drgn.Program()
    prog.set_core_dump(path)
    programs.append(prog)
    return prog


class Proxy:
    """A Program, but for what a test puts into its place."""

    def __init__(self, prog, **instead):
        self.__dict__.update(instead)
        self._prog = prog

    def __getattr__(self, name):
        return getattr(self._prog, name)

    def __getitem__(self, name):
        return self._prog[name]


def test_results(prog, folder):
    r = pfnscope.diagnose(prog)
    test("diagnose: exit status", r.exit_status == 1, r.exit_status)
    test("diagnose: verdict", r.verdict.status == "explained" and r.verdict.page.pfn == S1_PFN and
         r.verdict.page.state == "depopulated" and r.verdict.confidence == "high", r.verdict)
    test("diagnose: the page's words", r.verdict.page.words == [0xfdfdfdfdfdfdfdfd] * 8,
         r.verdict.page.words)
    test("diagnose: fixes", [f.version for f in r.verdict.fixes] == ["v5.9"], r.verdict.fixes)
    test("diagnose: panic", r.panic.function == "stable_page_flags" and
         r.panic.fault_address == 0xfdfdfdfdfdfdfdfc and r.panic.comm == "cat" and
         r.panic.registers["rdx"] == 0xfdfdfdfdfdfdfdfd and
         "kpageflags_read" in [f.function for f in r.panic.stack], r.panic)
    test("diagnose: one candidate is accepted",
         [c.pfn for c in r.panic.candidates if c.accepted] == [S1_PFN], r.panic.candidates)
    found = [f for f in r.findings if f.code == "memmap-depopulated"]
    test("diagnose: findings", [(f.start, f.end, f.pages) for f in found] ==
         [(S1_PFN, S1_PFN + 2, 2)], r.findings)
    c = pfnscope.check(prog)
    test("check: the same findings, no verdict", c.findings == r.findings and c.exit_status == 1 and
         c.verdict is None and c.panic is None, c)

    p = pfnscope.pfn(prog, S1_PFN)
    test("pfn: of an int", (p.pfn, p.physical, p.page.state) ==
         (S1_PFN, S1_PFN << 12, "depopulated"), p)
    test("pfn: of a str", pfnscope.pfn(prog, "phys:0x14001fff").pfn == 0x14001)
    page = drgn.Object(prog, prog.pointer_type(prog.void_type()), value=p.page.address)
    test("pfn: of an Object", pfnscope.pfn(prog, page).pfn == S1_PFN)
    test("pfn: its section", (p.section.nr, p.section.start, p.section.end) ==
         (2, 0x10000, 0x18000) and "early" in p.section.flags, p.section)
    test("pfn: what the kernel says", p.kernel_says["pfn_valid"] is True, p.kernel_says)
    # As the README has it, and with no debugging information: of what pfnscope knows.
    test("Objects without types", pfnscope.diagnose(prog).verdict.page.object.flags.value_() ==
         0xfdfdfdfdfdfdfdfd, p.page.object)
    test("Objects without types: a section", p.section.object.section_mem_map.value_() ==
         p.section.section_mem_map, p.section.object)
    html = r.verdict._repr_html_()      # pylint: disable=protected-access
    test("a notebook gets report.html", html.startswith("<iframe") and "stable_page_flags" in
         html and "&lt;html" in html and "<html" not in html, html[:200])
    test("a notebook: the same of the report", r._repr_html_() == html)
    e = raises("pfn: of what is none", pfnscope.PfnscopeError, lambda: pfnscope.pfn(prog, "what"))
    test("pfn: the message says so", "what" in str(e), e)

    s = pfnscope.sections(prog)
    test("sections", [x.nr for x in s if "present" in x.flags] == [0, 1, 2, 3] and
         all(x.end - x.start == 0x8000 and x.address for x in s), s)
    test("states", pfnscope.Run(S1_PFN, S1_PFN + 2, "depopulated") in pfnscope.states(prog))
    test("states: cut to a range", pfnscope.states(prog, S1_PFN + 1, S1_PFN + 2) ==
         [pfnscope.Run(S1_PFN + 1, S1_PFN + 2, "depopulated")])

    status = pfnscope.report(prog, os.path.join(folder, "report"))
    test("report: exit status", status == 1, status)
    names = os.listdir(os.path.join(folder, "report"))
    test("report: text and JSON", {"report.txt", "report.json"} <= set(names), names)
    e = raises("distill: what drgn reads is not written over", pfnscope.PfnscopeError,
               lambda: pfnscope.run(prog, "distill", "--force", "-o", sys.argv[1]))
    test("distill: the message says so", "is a file that is read" in str(e), e)
    test("run: a verb without a dump", "memmap-depopulated" in pfnscope.run(None, "explain")[1])
    raises("run: usage", pfnscope.PfnscopeError, lambda: pfnscope.run(prog, "--nonsense"))
    raises("a reader that there is not", ValueError, lambda: pfnscope.check(prog, reader="crash"))


def test_answers(prog):
    """Excluded and absent pages stay what they are, by the Program's reader too."""
    asked = []

    def read(address, size, physical=False):
        asked.append(size)
        return prog.read(address, size, physical)

    reads = pfnscope.query(Proxy(prog, read=read), "map", reader="host")
    test("host: the Program is read", reads["complete"] and len(asked) > 100, len(asked))
    test("host: in batches", max(asked) >= 4096, max(asked))
    want = pfnscope.query(prog, "map", reader="file")
    test("host: every page has the state that the file gives it", reads["states"] ==
         want["states"], reads["states"])

    # Nothing is made up where the Program reads nothing at all.
    def fault(address, size, physical=False):
        raise drgn.FaultError("no", address)

    raises("a Program that can read nothing", pfnscope.PfnscopeError,
           lambda: pfnscope.check(Proxy(prog, read=fault), reader="host"))


def test_exceptions(prog):
    for e in (ValueError, MemoryError, SystemExit, KeyboardInterrupt, RecursionError):
        for at in (0, 7, 40):
            left = [at]

            def read(address, size, physical=False, e=e, left=left):
                if not left[0]:
                    raise e("here")
                left[0] -= 1
                return prog.read(address, size, physical)

            raises("%s in read %d" % (e.__name__, at), e,
                   lambda read=read: pfnscope.diagnose(Proxy(prog, read=read), reader="host"))
    raises("a read that is too short", ValueError, lambda: pfnscope.diagnose(
        Proxy(prog, read=lambda address, size, physical: b"\0"), reader="host"))
    raises("a read that is no bytes", TypeError, lambda: pfnscope.diagnose(
        Proxy(prog, read=lambda address, size, physical: None), reader="host"))

    def odd(name):
        raise OSError(5, "odd")

    raises("OSError in type()", OSError, lambda: pfnscope.diagnose(Proxy(prog, type=odd)))
    # Types, as if there were some, and then none.
    some = Proxy(prog, type=lambda name: prog.void_type(), constant=odd)
    raises("OSError in constant()", OSError, lambda: pfnscope.diagnose(some))
    test("and the next call is in order", pfnscope.diagnose(prog).exit_status == 1)


def test_interrupt(prog):
    def read(address, size, physical=False):
        os.kill(os.getpid(), signal.SIGINT)
        return prog.read(address, size, physical)

    before = signal.getsignal(signal.SIGINT)
    raises("^C in a read", KeyboardInterrupt,
           lambda: pfnscope.diagnose(Proxy(prog, read=read), reader="host"))
    test("^C: the handler is back", signal.getsignal(signal.SIGINT) is before)

    # Anywhere: by a timer, a little later each time.
    ended = {KeyboardInterrupt: 0, None: 0}
    old = signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGINT))
    for i in range(60):
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.0005 + i * 0.0005)
            pfnscope.diagnose(prog, reader="host")
            signal.setitimer(signal.ITIMER_REAL, 0)
            ended[None] += 1
        except KeyboardInterrupt:
            ended[KeyboardInterrupt] += 1
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, old)
    test("^C at any time is a KeyboardInterrupt", ended[KeyboardInterrupt] > 0, ended)
    test("^C: the handler is back again", signal.getsignal(signal.SIGINT) is before)
    test("^C: the next call is in order", pfnscope.diagnose(prog).exit_status == 1)

    # And another signal, whose handler raises wherever it is.
    def late(*_):
        raise TimeoutError("late")

    ended = {TimeoutError: 0, None: 0}
    ignored = []
    hook, sys.unraisablehook = sys.unraisablehook, ignored.append
    old = signal.signal(signal.SIGALRM, late)
    for i in range(100):
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.0005 + i * 0.0003)
            r = pfnscope.diagnose(prog, reader="host")
            signal.setitimer(signal.ITIMER_REAL, 0)
            if r.verdict.page is None or r.verdict.page.pfn != S1_PFN:
                test("a handler that raises: a result is whole", False, r.verdict)
            ended[None] += 1
        except TimeoutError:
            ended[TimeoutError] += 1
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, old)
    sys.unraisablehook = hook
    test("a handler that raises: the exception comes out", ended[TimeoutError] > 0, ended)
    test("a handler that raises: none is lost", not ignored, ignored)

    got = []
    t = threading.Thread(target=lambda: got.append(pfnscope.diagnose(prog).exit_status))
    t.start()
    t.join()
    test("in another thread", got == [1], got)


def test_ipython(prog):
    """What IPython asks of an extension; drgn-check has a real one."""
    class Shell:
        def __init__(self):
            self.user_ns, self.magic, self.hooks = {}, {}, {}

        def register_magic_function(self, call, kind, name):
            self.magic[kind, name] = call

        def set_hook(self, name, call, str_key):
            self.hooks[name, str_key] = call

    class Event:
        line, symbol = "%pfnscope sec", "sec"

    shell = Shell()
    pfnscope.load_ipython_extension(shell)
    call = shell.magic["line", "pfnscope"]
    shell.user_ns["prog"] = prog
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        call("pfn 0x%x --color=never" % S1_PFN)
        call("nonsense")
    test("%load_ext: %pfnscope", "depopulated" in out.getvalue(), out.getvalue())
    test("%load_ext: a complaint", "pfnscope: 'diagnose'" in err.getvalue(), err.getvalue())
    got = shell.hooks["complete_command", "%pfnscope"](shell, Event)
    test("%load_ext: completion", got == ["sections"], got)
    shell.user_ns.clear()
    if not hasattr(drgn, "get_default_prog"):
        raises("%load_ext: no Program", pfnscope.PfnscopeError, lambda: call("sections"))


def test_completion():
    """The line editor of drgn's prompt; drgn-check types at a real one."""
    try:
        import readline
    except ImportError:
        print("# no readline here")
        return
    hooks, completers, line = [], [], ""

    def complete(text, whole):
        nonlocal line
        line = whole
        found = (completers[0](text, state) for state in range(100))
        return list(iter(lambda: next(found), None))

    # pylint: disable=protected-access
    with mock.patch.multiple(
            readline, set_pre_input_hook=hooks.append, get_line_buffer=lambda: line,
            get_endidx=lambda: len(line), set_completer=completers.append,
            get_completer=lambda: lambda text, state: None if state else text + "!"):
        pfnscope._complete_commands()
        hooks[0]()
        test("completion: the hook goes when it was called", hooks[1:] == [None], hooks)
        got = complete("sect", "%pfnscope sect")
        test("completion: a verb", got == ["sections "], got)
        got = complete("js", "%pfnscope sections --js")
        test("completion: an option, whose dashes end a word", got == ["json "], got)
        got = complete("pri", "pri")
        test("completion: Python's own is still there", got == ["pri!"], got)


def test_unraisable(prog):
    """Python names the callback that raised in one way up to 3.12, in another from 3.13 on."""
    class Info:
        exc_value, object, err_msg = TimeoutError("late"), None, None

    # pylint: disable=protected-access
    for old in (True, False):
        call, lost = pfnscope._Call(prog, "auto", print), []
        call.hook = lost.append
        info = Info()
        if old:
            info.object = call.ours[0]
        else:
            info.err_msg = "Exception ignored on calling ctypes callback function %r" % call.ours[0]
        call._unraisable(info)
        test("a callback's exception is ours, %s" % ("by object" if old else "by message"),
             call.raised is info.exc_value and not lost, lost)
        info = Info()
        info.err_msg = "Exception ignored in: <function other at 0x1>"
        call._unraisable(info)
        test("another's is not", lost == [info], lost)


def test_programs(dump, vmlinux):
    raises("a Program of nothing", pfnscope.PfnscopeError, lambda: pfnscope.check(drgn.Program()))
    prog = drgn.Program()
    prog.set_pid(os.getpid())
    e = raises("a Program of a process", pfnscope.PfnscopeError, lambda: pfnscope.check(prog))
    test("says that it is no kernel", "no Linux kernel" in str(e), e)
    prog = open_dump(dump)
    try:
        prog.load_debug_info([vmlinux])
    except drgn.MissingDebugInfoError:
        pass
    test("a vmlinux of another kernel changes nothing",
         pfnscope.diagnose(prog).verdict.page.pfn == S1_PFN)


def test_types(prog):
    """Members as the engine asks for them, of types made by hand."""
    int4 = prog.int_type("unsigned int", 4, False)
    long8 = prog.int_type("unsigned long", 8, False)

    def member(type_, name, offset, bits=None):
        if bits:
            return drgn.TypeMember(drgn.Object(prog, type_, bit_field_size=bits), name, offset)
        return drgn.TypeMember(type_, name, offset)

    inner = prog.struct_type("zone", 16, (member(long8, "start", 0), member(
        prog.array_type(prog.int_type("char", 1, True), 8), "name", 64)))
    anonymous = prog.union_type(None, 8, (member(long8, "lru", 0), member(int4, "order", 0)))
    outer = prog.struct_type("page", 64, (
        member(prog.typedef_type("flags_t", long8), "flags", 0),
        member(anonymous, None, 64),
        member(prog.array_type(inner, 2), "zones", 128),
        member(int4, "low", 384, 3), member(int4, "high", 387, 7),
        member(prog.array_type(long8, 0), "tail", 512)))
    mine = Proxy(prog, type=lambda name: {"struct page": outer}[name])
    # pylint: disable=protected-access
    for name, want in (("flags", (0, 8, 0)), ("lru", (8, 8, 0)), ("order", (8, 4, 0)),
                       ("zones", (16, 32, 2)), ("zones.name", (24, 8, 8)), ("low", (48, 1, 0)),
                       ("high", (48, 2, 0)), ("tail", (64, 0, 0))):
        got = pfnscope._find_member(mine, "page", name)
        test("member page.%s" % name, got == want, got)
    for name in ("none", "flags.none", "zones.none", ""):
        raises("member page.%s" % name, LookupError,
               lambda name=name: pfnscope._find_member(mine, "page", name))
    with_types = Proxy(prog, type=lambda name: {"struct page": outer}[name],
                       constant=lambda name: drgn.Object(prog, int4, value={"PG_reserved": 12}[name]))
    facts = {f["name"]: (f["from"], int(f["value"], 16))
             for f in pfnscope.query(with_types, "facts")["facts"]}
    test("facts: sizes from the Program", facts["SIZE(page)"] == ("drgn", 64), facts["SIZE(page)"])
    test("facts: offsets from the Program", facts["OFFSET(page.lru)"] == ("drgn", 8),
         facts["OFFSET(page.lru)"])
    test("facts: enumerators from the Program", facts["NUMBER(PG_reserved)"] == ("drgn", 12),
         facts["NUMBER(PG_reserved)"])
    test("facts: what the Program has not is the dump's",
         facts["SIZE(mem_section)"][0] == "VMCOREINFO", facts["SIZE(mem_section)"])


def main():
    dump, vmlinux, folder = sys.argv[1:]
    prog = open_dump(dump)
    test_results(prog, folder)
    test_answers(prog)
    test_exceptions(prog)
    test_interrupt(prog)
    test_completion()
    test_ipython(prog)
    test_unraisable(prog)
    test_types(prog)
    test_programs(dump, vmlinux)
    os._exit(0)


main()
