# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs pfnscope on a damaged dump, and holds its answer against that of the whole one."""
import json
import os
import resource
import signal
import time
from dataclasses import dataclass

CPU_SECONDS = 10
WALL_SECONDS = 60
MEMORY_KIB = 512 << 10

# Outcomes, in the order of the table. The good ones:
SAME, WEAKER, OTHER, REFUSED = 'same', 'weaker', 'damage found', 'refused'
WORDS, UNSURE, FAINT = 'other words', 'unsure', 'faint finding gone'
GOOD = SAME, WEAKER, OTHER, REFUSED, WORDS, UNSURE, FAINT
# And what must not be:
BLAME, CLAIM, SILENT, INVENTED = 'other explained', 'other claim', 'silent', 'invented finding'
SIGNAL, HANG, MEMORY, NONSENSE = 'signal', 'hang', 'memory', 'no answer'
BAD = BLAME, CLAIM, SILENT, INVENTED, SIGNAL, HANG, MEMORY, NONSENSE

# What may be said in place of it, when less is known.
WEAKER_THAN = {
    'explained': ('explained', 'unexplained', 'inconclusive'),
    'unexplained': ('unexplained', 'inconclusive'),
    'unrelated': ('unrelated', 'inconclusive'),
    'no-panic': ('no-panic', 'inconclusive'),
    'inconclusive': ('inconclusive',),
}


@dataclass
class Answer:
    status: int = -1
    signal: int = 0
    hung: bool = False
    kib: int = 0
    cpu: float = 0
    wall: float = 0
    errors: str = ''
    verdict: tuple = ()         # status, mechanism, PFN
    sure: bool = False          # high confidence
    findings: frozenset = frozenset()
    faint: frozenset = frozenset()      # those findings that are of low confidence
    limits: frozenset = frozenset()
    message: str = ''


def wait(pid, answer):
    """Until it ends; past its time it is killed."""
    end = time.monotonic() + WALL_SECONDS
    pause = .002
    while True:
        done, status, used = os.wait4(pid, os.WNOHANG)
        if done:
            break
        if time.monotonic() > end:
            answer.hung = True
            os.kill(pid, signal.SIGKILL)
            _, status, used = os.wait4(pid, 0)
            break
        time.sleep(pause)
        pause = min(pause * 1.5, .05)
    answer.cpu, answer.kib = used.ru_utime + used.ru_stime, used.ru_maxrss
    if os.WIFSIGNALED(status):
        answer.signal = os.WTERMSIG(status)
        answer.hung |= answer.signal in (signal.SIGXCPU, signal.SIGKILL)
    else:
        answer.status = os.WEXITSTATUS(status)


def ask(tool, paths, folder, slower=1):
    """slower: how much more time a build with sanitizers may take."""
    out, err = folder / 'out', folder / 'err'
    new = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    answer = Answer()
    began = time.monotonic()
    pid = os.posix_spawn(tool, [tool, 'diagnose', '--json', '-j1', *map(os.fspath, paths)],
                         os.environ, file_actions=[
                             (os.POSIX_SPAWN_OPEN, 0, '/dev/null', os.O_RDONLY, 0),
                             (os.POSIX_SPAWN_OPEN, 1, os.fspath(out), new, 0o600),
                             (os.POSIX_SPAWN_OPEN, 2, os.fspath(err), new, 0o600)])
    limit = CPU_SECONDS * slower
    resource.prlimit(pid, resource.RLIMIT_CPU, (limit, limit + 2))
    resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
    wait(pid, answer)
    answer.wall = time.monotonic() - began
    answer.errors = err.read_text(errors='replace')
    try:
        report = json.loads(out.read_text())
    except ValueError:
        return answer
    if 'error' in report:
        answer.message = report['error']['message']
        return answer
    v = report['verdict']
    answer.verdict = v['status'], v.get('mechanism'), v.get('pfn')
    answer.sure = v.get('confidence') == 'high'
    keys = [(f['severity'], f['code'], f.get('start'), f.get('end')) for f in report['findings']]
    answer.findings = frozenset(keys)
    answer.faint = frozenset(k for k, f in zip(keys, report['findings'])
                             if f.get('confidence') == 'low')
    answer.limits = frozenset((x['what'], x['why']) for x in report['limits'])
    return answer


def covers(findings, pfn):
    """Whether one above note is of this page."""
    return pfn and any(f[0] != 'note' and f[2] and int(f[2], 0) <= int(pfn, 0) < int(f[3], 0)
                       for f in findings)


def follows_the_words(whole, got):
    """Of a log whose words were changed: whether the answer is one that those may be told of.
    A page that is called bad is bad in the whole dump, too."""
    return got.verdict[0] != 'unexplained' or not got.verdict[2] or \
        got.verdict[2] == whole.verdict[2] or covers(whole.findings, got.verdict[2])


def judge(whole, got, kind, sanitized):
    """The outcome, by what kind of damage it was."""
    if got.hung:
        return HANG
    if got.signal or 'Sanitizer' in got.errors or 'runtime error' in got.errors:
        return SIGNAL
    if got.kib > MEMORY_KIB and not sanitized:
        return MEMORY
    if got.status == 2 and got.message:
        return REFUSED
    if got.status not in (0, 1, 3) or not got.verdict:
        return NONSENSE
    said, was = got.verdict[0], whole.verdict[0]
    if said == 'explained' and got.verdict != whole.verdict:
        return BLAME
    new = got.findings - whole.findings
    if kind.loses and any(f[0] != 'note' for f in new):
        return INVENTED
    lost = {f for f in whole.findings - got.findings if f[0] != 'note'}
    if got.verdict == whole.verdict and not lost and not {f for f in new if f[0] != 'note'}:
        return SAME
    limited = bool(got.limits - whole.limits)
    if said not in WEAKER_THAN[was]:
        if kind.text:
            return WORDS if follows_the_words(whole, got) else CLAIM
        # That nothing ties the panic to the memmap is said at less than high confidence, and
        # the very page is among the findings. A limit is not enough: then it is inconclusive.
        found = not kind.loses and covers(got.findings, whole.verdict[2])
        return UNSURE if said == 'unrelated' and not got.sure and found else CLAIM
    if limited:
        return WEAKER
    if kind.text:
        return WORDS if follows_the_words(whole, got) else CLAIM
    if new:
        return OTHER
    gone = kind.stage == 'memory' and got.verdict == whole.verdict and lost <= whole.faint
    return FAINT if gone else SILENT
