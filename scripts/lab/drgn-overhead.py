# SPDX-License-Identifier: GPL-2.0-or-later
"""
usage: drgn-overhead.py PFNSCOPE DUMP VMLINUX

What a diagnosis costs in a drgn session, and what it costs on the command line, side by
side: best of several runs, in milliseconds, by the clock and (in brackets) of CPU time,
which is the better measure where others use the machine. The first call of a session pays
for what drgn reads of the vmlinux, and is told apart; so is the start of Python and drgn,
which a session has behind it.
"""
import os
import resource
import subprocess
import sys
import time

command, dump, vmlinux = sys.argv[1:]
RUNS = 7


def cpu_time():
    """Ours, and that of the commands that we have run."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


class Cost:
    """Milliseconds by the clock and of the CPU, the best of each."""

    def __init__(self, call, runs=RUNS):
        self.wall = self.cpu = float("inf")
        for _ in range(runs):
            wall, cpu = time.perf_counter(), cpu_time()
            call()
            self.cpu = min(self.cpu, (cpu_time() - cpu) * 1000)
            self.wall = min(self.wall, (time.perf_counter() - wall) * 1000)

    def __str__(self):
        return "%4.0f (%4.0f)" % (self.wall, self.cpu)

    def times(self, other):
        return "%.2fx (%.2fx)" % (self.wall / other.wall, self.cpu / other.cpu)


def command_line(*options):
    return lambda: subprocess.run([command, "--json", *options, dump, vmlinux], check=False,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def open_session():
    global drgn, pfnscope, prog     # pylint: disable=global-statement
    import drgn         # pylint: disable=import-outside-toplevel
    import pfnscope     # pylint: disable=import-outside-toplevel
    prog = drgn.Program()
    prog.set_core_dump(dump)
    prog.load_debug_info([vmlinux])


drgn = pfnscope = prog = None
opened = Cost(open_session, 1)
first = Cost(lambda: pfnscope.diagnose(prog), 1)
command_line("--reader=file")()
cli = Cost(command_line("--reader=file"))
one = Cost(command_line("--reader=file", "--jobs=1"))
session = Cost(lambda: pfnscope.diagnose(prog))
host = Cost(lambda: pfnscope.diagnose(prog, reader="host"))
print("%-14s drgn %-7s command %s, of 1 thread %s; session %s: %s; drgn's reader %s: %s; "
      "first call %s, start of Python and drgn %s"
      % (os.path.basename(dump), getattr(drgn, "__version__", "0.0.22"), cli, one, session,
         session.times(cli), host, host.times(one), first, opened), flush=True)
# Without the Program's end, which crashes in libkdumpfile before 0.5.2.
os._exit(0)
