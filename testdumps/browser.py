#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Open report.html in a real browser, over the DevTools protocol on a pipe.

    browser.py CHROMIUM REPORT [SHOTS]    SHOTS: a folder for pictures to look at

Prints what is wrong, one line each: any message of the console, any request
beside the file itself, any script, a page wider than its window, a culprit that
one has to scroll for on a laptop, or to the side on any screen, text that is
hard to read in light or dark, a print that cuts something off or leaves out
what is folded. A page index.html is a catalogue's: its script searches, and
without script all of it is there. With a copy of axe-core (AXE=FILE) whatever that objects to.
"""

import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile

VIEWS = [("phone", 360, 740, True), ("tablet", 820, 1180, True),
         ("laptop", 1440, 900, False)]

GEOMETRY = """(() => {
  const all = [...document.querySelectorAll('.culprit')];
  const seen = all.filter(e => e.checkVisibility()).map(e => {
    const r = e.getBoundingClientRect();
    return [r.left, r.top, r.right, r.bottom];
  });
  const root = document.documentElement;
  return {width: root.scrollWidth, height: root.scrollHeight, culprits: seen,
          hidden: all.length && !seen.length};
})()"""

ACTIVE = """(site => [...document.querySelectorAll('*')].filter(e =>
  ['SCRIPT', 'IMG', 'IFRAME', 'OBJECT', 'EMBED', 'FORM'].includes(e.tagName.toUpperCase()) ||
  (e.tagName.toUpperCase() === 'A' &&
   !(site ? /^(#g[0-9]+|reports.[0-9]+.html)$/ :
     /^(#[a-z]+|https:..git.kernel.org.linus.[0-9a-f]{12,40})$/).test(e.getAttribute('href'))) ||
  [...e.attributes].some(a => a.name.startsWith('on') || a.name === 'src'))
  .filter(e => !site || e !== document.querySelector('script:last-child'))
  .map(e => e.outerHTML))"""

# Dumps that are shown: at first, for no word that there is, for one, of one verdict, again.
SEARCH = """(() => {
  const rows = () => [...document.querySelectorAll('section[id] tr')].filter(r =>
    r.querySelector('td.k') && r.checkVisibility()).length;
  const set = (id, value) => {
    const e = document.getElementById(id);
    e.value = value;
    e.dispatchEvent(new Event('input'));
    return rows();
  };
  return [rows(), set('words', 'no such word'), set('words', ' STABLE_page 0x14000'),
          set('words', '') && set('verdict', 'explained'), set('verdict', '')];
})()"""

BARE = """[[...document.querySelectorAll('section[id] tr')].filter(r =>
  r.querySelector('td.k') && r.checkVisibility()).length,
  document.getElementById('find').checkVisibility()]"""

# Text against the ground behind it, as WCAG 2 counts it; pictures paint their own.
CONTRAST = """(() => {
  const rgb = s => s.match(/[\\d.]+/g).map(Number);
  const lum = c => c.slice(0, 3).map(v => v / 255).map(v =>
    v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((a, v, i) => a + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = e => {
    for (; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  const bad = [];
  const look = (e, ink, paper, name) => {
    const [a, b] = [lum(rgb(ink)), lum(paper)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) bad.push(name + ' ' + ratio.toFixed(2));
  };
  const text = e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
  for (const e of document.querySelectorAll('body *'))
    if (!e.closest('svg') && text(e))
      look(e, getComputedStyle(e).color, ground(e), e.tagName + '.' + e.className);
  // Letters in a cell stand on its colour, the cell before them.
  for (const e of document.querySelectorAll('svg text')) {
    const cell = e.classList.contains('letter') ? e.previousElementSibling : null;
    look(e, getComputedStyle(e).fill, cell ? rgb(getComputedStyle(cell).fill) : ground(e),
         'svg ' + e.textContent);
  }
  return bad;
})()"""


class Browser:
    def __init__(self, program, profile):
        to_child, self.out = os.pipe()
        self.inp, from_child = os.pipe()

        def fds():
            os.dup2(to_child, 3)
            os.dup2(from_child, 4)
        # High enough that 3 and 4 are not in each other's way.
        to_child, from_child = (os.dup(os.dup(os.dup(fd))) for fd in (to_child, from_child))
        self.child = subprocess.Popen(
            [program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
             "--remote-debugging-pipe", f"--user-data-dir={profile}", "about:blank"],
            preexec_fn=fds, close_fds=False, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_child)
        os.close(from_child)
        self.buffer, self.last, self.session, self.events = b"", 0, None, []

    def receive(self):
        while b"\0" not in self.buffer:
            data = os.read(self.inp, 1 << 16)
            if not data:
                raise RuntimeError("the browser is gone")
            self.buffer += data
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **params):
        self.last += 1
        message = {"id": self.last, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.out, data):]
        while True:
            answer = self.receive()
            if answer.get("id") == self.last:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"]["exception"]["description"])
        return result["result"]["value"]

    def wait(self, method):
        while not any(e.get("method") == method for e in self.events):
            self.events.append(self.receive())

    def open(self, url):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target,
                                 flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.events.clear()
        self.call("Page.navigate", url=url)
        self.wait("Page.loadEventFired")

    def close(self):
        self.session = None
        try:
            self.call("Browser.close")
        except (RuntimeError, OSError):
            self.child.kill()
        self.child.wait()


def save(shots, name, data):
    if shots:
        (pathlib.Path(shots) / name).write_bytes(base64.b64decode(data))


RULES = """axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.map(v =>
  `axe: ${v.id}: ${v.help}: ` + v.nodes.slice(0, 3).map(n => n.html.slice(0, 80)).join(' ')))"""


def axe(b):
    """What axe-core objects to; it comes in beside the page's own policy."""
    path = os.environ.get("AXE")
    if not path:
        return []
    b.evaluate(pathlib.Path(path).read_text(encoding="utf-8") + ";0")
    return b.evaluate(RULES)


def look(b, name, width, height, mobile, shots):
    b.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
           deviceScaleFactor=1, mobile=mobile)
    for scheme in ("light", "dark"):
        b.call("Emulation.setEmulatedMedia",
               features=[{"name": "prefers-color-scheme", "value": scheme}])
        seen = b.evaluate(GEOMETRY)
        if seen["width"] > width:
            yield f"{name}: {seen['width']} wide in a window of {width}"
        if seen["hidden"]:
            yield f"{name}: no culprit is shown"
        for left, top, right, bottom in seen["culprits"]:
            if left < 0 or right > width or name == "laptop" and (top < 0 or bottom > height):
                yield f"{name}: a culprit at {left},{top}-{right},{bottom} is out of sight"
        for element in b.evaluate(CONTRAST):
            yield f"{name}, {scheme}: hard to read: {element}"
        for objection in axe(b):
            yield f"{name}, {scheme}: {objection}"
        save(shots, f"{name}-{scheme}.png", b.call("Page.captureScreenshot")["data"])
        whole = {"x": 0, "y": 0, "width": width, "height": seen["height"], "scale": 1}
        save(shots, f"{name}-{scheme}-whole.png",
             b.call("Page.captureScreenshot", clip=whole, captureBeyondViewport=True)["data"])


# What is folded is shown on paper, but for the long table of facts.
PRINTED = """[...document.querySelectorAll('details:not(.long)')].filter(d => {
  const last = d.lastElementChild.getBoundingClientRect();
  return !last.height;
}).map(d => d.querySelector('summary').textContent)"""


WIDER = """[...document.querySelectorAll('body *')].filter(e => !e.closest('details.long') &&
  e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 120))"""


def on_paper(b, shots):
    b.call("Emulation.setDeviceMetricsOverride", width=718, height=1000, deviceScaleFactor=1,
           mobile=False)
    b.call("Emulation.setEmulatedMedia", media="print", features=[])
    for summary in b.evaluate(PRINTED):
        yield f"print: folded: {summary}"
    for element in b.evaluate(WIDER):
        yield f"print: beyond the paper: {element}"
    b.call("Emulation.setEmulatedMedia", media="")
    save(shots, "print.pdf", b.call("Page.printToPDF", printBackground=False,
                                    preferCSSPageSize=True, paperWidth=8.27,
                                    paperHeight=11.69)["data"])


def search(b):
    total, none, one, kind, again = b.evaluate(SEARCH)
    if none or not 0 < one < kind < total or again != total:
        yield f"search: {total} dumps, {none}, {one}, {kind} and {again} of them found"
    b.call("Emulation.setScriptExecutionDisabled", value=True)
    b.events = [e for e in b.events if e.get("method") != "Page.loadEventFired"]
    b.call("Page.reload")
    b.wait("Page.loadEventFired")
    if b.evaluate(BARE) != [total, False]:
        yield f"without script: {b.evaluate(BARE)} of {total} dumps"


def check(b, path, shots):
    url = pathlib.Path(path).resolve().as_uri()
    site = url.endswith("/index.html")
    b.open(url)
    for element in b.evaluate(f"{ACTIVE}({json.dumps(site)})"):
        yield f"active: {element[:120]}"
    for view in VIEWS:
        yield from look(b, *view, shots)
    yield from on_paper(b, shots)
    yield from (search(b) if site else [])
    b.call("Runtime.evaluate", expression="0")
    for e in b.events:
        method, p = e.get("method"), e.get("params", {})
        if method == "Network.requestWillBeSent" and p["request"]["url"] not in (url, "data:,"):
            yield f"request: {p['request']['url'][:120]}"
        elif method in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded",
                        "Page.javascriptDialogOpening"):
            yield f"{method}: {json.dumps(p)[:300]}"
    if not any(e.get("method") == "Network.requestWillBeSent" for e in b.events):
        yield "no request was seen, not even for the file: nothing was looked at"


def main():
    program, path = sys.argv[1:3]
    shots = sys.argv[3] if len(sys.argv) > 3 else None
    if shots:
        os.makedirs(shots, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        b = Browser(program, profile)
        try:
            wrong = list(check(b, path, shots))
        finally:
            b.close()
    for line in wrong:
        print(line)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
