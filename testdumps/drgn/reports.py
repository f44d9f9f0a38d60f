# SPDX-License-Identifier: GPL-2.0-or-later
"""
usage: reports.py [--vmlinux=FILE] [--verb=VERB] OUTPUT-FOLDER DUMP...

Each dump through both readers of a drgn session: OUTPUT-FOLDER/BASENAME.host and
.file, as JSON. A line on stdout for each dump that drgn does not open.
"""
import os
import sys
import traceback

import drgn
import pfnscope

vmlinux, argv = [], []
args = sys.argv[1:]
while args[0].startswith("--"):
    option, value = args.pop(0).split("=", 1)
    if option == "--vmlinux":
        vmlinux.append(value)
    else:
        argv.append(value)
folder, dumps = args[0], args[1:]


def reports(dump):
    prog = drgn.Program()
    try:
        prog.set_core_dump(dump)
        if vmlinux:
            prog.load_debug_info(vmlinux)
    except Exception as e:      # pylint: disable=broad-except
        print("%s: %s" % (dump, e), flush=True)
        os._exit(0)
    for reader in ("host", "file"):
        name = os.path.join(folder, os.path.basename(dump) + "." + reader)
        with open(name, "w", encoding="utf-8") as f:
            f.write(pfnscope.run(prog, "--json", *argv, reader=reader)[1])
    # Not by way of the Program's end, which crashes in libkdumpfile before 0.5.2.
    os._exit(0)


# A process each: of two Programs drgn before 0.1.0 does not tell which file is whose.
for path in dumps:
    pid = os.fork()
    if not pid:
        try:
            reports(path)
        except BaseException:   # pylint: disable=broad-except
            traceback.print_exc()
            os._exit(1)
    if os.waitpid(pid, 0)[1]:
        sys.exit("%s: see above" % path)
