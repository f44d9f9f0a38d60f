# SPDX-License-Identifier: GPL-2.0-or-later
"""
usage: opened.py OUTPUT-FOLDER DUMP[,DUMP...]...

What pfnscope.open() makes of each dump, whose files are parted by commas:
OUTPUT-FOLDER/BASENAME.host and .file, as JSON. A line for each that fails.
"""
import os
import sys

import drgn
import pfnscope

folder = sys.argv[1]
for dump in sys.argv[2:]:
    files = dump.split(",")
    prog = pfnscope.open(*files)
    name = os.path.join(folder, os.path.basename(files[0]))
    for reader in ("host", "file"):
        with open(name + "." + reader, "w", encoding="utf-8") as f:
            f.write(pfnscope.run(prog, "--json", reader=reader)[1])
    # The Program reads as any other, and faults where there is nothing.
    note = pfnscope.query(prog, "sections")["sections"][0]
    address = int(note["address"], 16)
    if prog.read_u64(address) != int(note["section_mem_map"], 16):
        print(dump, "reads something else at", hex(address))
    try:
        prog.read(2 ** 51, 8, True)
        print(dump, "reads what is not there")
    except drgn.FaultError:
        pass
    except Exception as e:      # pylint: disable=broad-except
        # drgn before 0.0.27 wraps what a reader raises.
        if "FaultError" not in str(e):
            print(dump, repr(e))
try:
    pfnscope.open(__file__)
except pfnscope.PfnscopeError as e:
    print("refused:", e, file=sys.stderr)
