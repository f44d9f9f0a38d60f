#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""qmp-dump.py SOCKET FILE FORMAT: dump-guest-memory through QEMU's QMP socket."""
import json
import socket
import sys


def command(stream, name, **arguments):
    stream.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
    stream.flush()
    for line in stream:
        answer = json.loads(line)
        if "error" in answer:
            sys.exit(f"qmp-dump: {name}: {answer['error']['desc']}")
        if "return" in answer:
            return
    sys.exit(f"qmp-dump: {name}: QEMU closed the connection")


def main():
    path, target, dump_format = sys.argv[1:]
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(300)
        sock.connect(path)
        stream = sock.makefile("rw")
        stream.readline()
        command(stream, "qmp_capabilities")
        command(stream, "dump-guest-memory", paging=False,
                protocol="file:" + target, format=dump_format)


main()
