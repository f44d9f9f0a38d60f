#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""For escape.t: a machine whose text is hostile, and what outputs may look like.

    hostile_text.py make SYNTHETIC      print its description for mkdump
    hostile_text.py KIND FILE [TEXT]    KIND: text, json, or the name of an attachment,
                                        which must show this text, not what was planted
"""

import html.parser
import json
import os
import re
import sys
import xml.parsers.expat

SCRIPT = "<script>alert(1)</script>"
BREAKOUT = "\"'><img/src=x/onerror=alert(2)>]]></style><svg/onload=alert(3)>&lt;&#60;"
ANSI = "\x1b[31m\x1b]0;evil\x07\x9b2J"
BROKEN = b"\xff\xfe\xc3\x28\xed\xa0\x80\xf8\x88".decode(errors="surrogateescape")
BIDI = "\u202e\u2028"
LONG = "A" * 60000
# In the direct map, where no other object of the machine is.
RESOURCE_AT, ZONE_AT, PAGE_OFFSET = 0x9000000, 0x9001000, 0xffff888000000000

TAGS = set("""html head meta link title style body header nav main section footer a figure figcaption
    p b br h1 h2 h3 dl dt dd ul li div span code pre table tr th td details summary
    svg rect text path""".split())
ATTRIBUTES = set("""lang xmlns charset name content http-equiv rel href class id open
    viewBox role tabindex aria-label aria-hidden width height x y rx d""".split())

# To a place in the page, or to a commit, which is loaded when somebody asks for it.
HREF = r"data:,|#[a-z]+|https://git\.kernel\.org/linus/[0-9a-f]{12,40}"


def make(folder):
    out = ["kernel 5.10", f"include {folder}/machines/pmem.text"]
    with open(f"{folder}/machines/s1-oops.text", encoding="utf-8") as f:
        for line in f.read().split("\n"):
            if line.startswith("#"):
                continue
            line = line.replace("0000 [#1] SMP", f"0000 [#1] SMP {SCRIPT}é{ANSI}{BROKEN}{BREAKOUT} {LONG}")
            line = line.replace("Comm: cat", f"Comm: {SCRIPT[:14]}{ANSI[:5]}")
            line = line.replace(" kpageflags_read", f" {SCRIPT}{BIDI[0]}")
            # What has such a name is no symbol, and shall end no trace.
            if "Call Trace" in line:
                out.append(f"[   58.736473] Modules linked in: {SCRIPT} {LONG}")
                out.append(f"[   58.736473] {LONG}{BROKEN}")
            out.append(line)
    out += [f"vmcoreinfo OSRELEASE=5.10{SCRIPT}\"'&",
            "fill 0xa000-0xa001 0xfd",
            f"at {RESOURCE_AT:#x} text {SCRIPT}{ANSI}{BROKEN}",
            f"poke resource:dax0.0.name = {PAGE_OFFSET + RESOURCE_AT:#x}",
            f"at {ZONE_AT:#x} text <i>&\"'{ANSI[:5]}",
            f"poke zone:DMA32.name = {PAGE_OFFSET + ZONE_AT:#x}"]
    sys.stdout.buffer.write("\n".join(out).encode(errors="surrogateescape") + b"\n")


def no_control(data):
    text = data.decode()        # UTF-8, or it raises
    bad = re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", text)
    assert not bad, f"control character {bad[0]!r} after {text[max(0, bad.start() - 40):bad.start()]!r}"
    return text


def ascii_narrow(data, planted):
    text = no_control(data)
    assert text.isascii(), "beyond ASCII"
    assert "\t" not in text
    widest = max(text.split("\n"), key=len)
    assert len(widest) <= 75, widest
    assert planted in " ".join(text.split()), f"{planted} is not there"


class Tokens(html.parser.HTMLParser):
    """What a browser's tokenizer makes of it."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.text = set(), [], []
        self.in_style = False

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs
        self.in_style = tag == "style"

    def handle_endtag(self, tag):
        self.in_style = False

    def handle_data(self, data):
        self.text.append(data)
        if self.in_style:
            assert "alert" not in data


def markup(data, planted):
    text = no_control(data)
    elements = []
    parser = xml.parsers.expat.ParserCreate()
    parser.StartElementHandler = lambda name, attrs: elements.append((name, attrs))
    parser.Parse(data, True)    # well-formed, or it raises
    tokens = Tokens()
    tokens.feed(text)
    tokens.close()
    low = {t.lower() for t in TAGS}
    assert tokens.tags <= low, tokens.tags - low
    assert {name for name, _ in elements} <= TAGS, {name for name, _ in elements} - TAGS
    for name, value in [a for _, attrs in elements for a in attrs.items()]:
        assert name in ATTRIBUTES, name
        assert name != "href" or re.fullmatch(HREF, value), value
    assert {n for n, _ in tokens.attributes} <= {a.lower() for a in ATTRIBUTES}
    # Nothing is fetched.
    assert not re.search(r"url\(|@import|\bsrc=\"|https?://(?!www\.w3\.org/|git\.kernel\.org/linus/)", text)
    assert planted in "".join(tokens.text), f"{planted} is not shown"


def strings(value):
    if isinstance(value, dict):
        for key, below in value.items():
            yield key
            yield from strings(below)
    elif isinstance(value, list):
        for below in value:
            yield from strings(below)
    elif isinstance(value, str):
        yield value


def document(data, planted):
    raw = data.decode()
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f]", raw), "raw control character"
    found = list(strings(json.loads(raw)))
    for text in found:
        text.encode()           # no lone surrogate
    if planted:
        assert any(SCRIPT in s for s in found)
        assert any("\\xff\\xfe" in s for s in found), "broken bytes are gone, not shown"
        assert any("A" * 50000 in s for s in found), "JSON keeps what is long"


def main():
    kind, path = sys.argv[1:3]
    if kind == "make":
        return make(path)
    shown = sys.argv[3] if len(sys.argv) > 3 else None
    with open(path, "rb") as f:
        data = f.read()
    assert data, "nothing was printed"
    if kind == "text":
        no_control(data)
    elif kind == "report.txt":
        ascii_narrow(data, SCRIPT if shown is None else shown)
    elif os.path.basename(kind) in ("report.html", "map.svg"):
        markup(data, shown if shown is not None else SCRIPT if kind == "report.html" else "<i>")
    else:
        document(data, kind == "report.json" or shown)
    return None


if __name__ == "__main__":
    main()
