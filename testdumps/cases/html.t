#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# report.html, and the page of a catalogue, in a real browser, headless: on a phone, a
# tablet, a laptop and paper, in light and dark (testdumps/browser.py); with axe-core, where
# there is a copy: AXE=FILE, or that of pip's axe-playwright-python.
# shellcheck source=testdumps/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

chromium=
for name in chromium chromium-browser google-chrome; do
	[ -n "$chromium" ] || chromium=$(command -v "$name") || :
done
if [ -z "$chromium" ] || [ "$B" != "$top/build" ]; then
	skip 'report.html in a browser' 'no chromium here, or not the plain build'
	done_testing
	exit
fi

for AXE in "${AXE-}" "$(python3 -c 'from importlib.util import find_spec as f
print(f("axe_playwright_python").submodule_search_locations[0] + "/axe.min.js")' 2>/dev/null)"; do
	[ ! -f "$AXE" ] || break
done
[ -f "$AXE" ] || AXE=
export AXE

look() {
	run "$pfnscope" report "$2" -o "$tmp/$1"
	ok "$1: nothing wrong" timeout 120 python3 "$top/testdumps/browser.py" "$chromium" \
		"$tmp/$1/report.html" ${SHOTS:+"$SHOTS/$1"}
}

for name in s1 s2-ndctl s3 s5 s1-clean debian-6.1-null; do
	look "$name" "$top/testdumps/$name/$name.kdump"
done
python3 "$top/testdumps/hostile_text.py" make "$top/testdumps/synthetic" >"$tmp/evil.text"
mkdump "$tmp/evil.text" "$tmp/evil.dump"
look 'hostile text' "$tmp/evil.dump"
for name in hole-linked-nowhere memmap-excluded s2-table-excluded; do
	mkdump "$top/testdumps/synthetic/$name.text" "$tmp/$name.dump"
	look "$name" "$tmp/$name.dump"
done

# The page of a catalogue, and what its policy lets run.
"$pfnscope" batch "$top"/testdumps/s1 "$top"/testdumps/s3 "$top"/testdumps/s1-clean \
	"$top"/testdumps/debian-6.1-null -o "$tmp/out.d" -q
run "$pfnscope" catalogue "$tmp/db" import "$tmp/out.d" --html "$tmp/site"
ok 'catalogue: nothing wrong' timeout 120 python3 "$top/testdumps/browser.py" "$chromium" \
	"$tmp/site/index.html" ${SHOTS:+"$SHOTS/site"}
mkdir "$tmp/bad-site"
sed 's|<main>|<main><script>document.title = "mine"</script>|' "$tmp/site/index.html" \
	>"$tmp/bad-site/index.html"
timeout 120 python3 "$top/testdumps/browser.py" "$chromium" "$tmp/bad-site/index.html" >"$tmp/bad"
for what in 'active: <script>document' 'Log.entryAdded.*script-src'; do
	like "a page that is bad: $what" "$tmp/bad" "$what"
done

# The check sees what is wrong.
sed 's|<body>|<body><script>console.log(1)</script><img src="http://localhost:9/x.png"/>|
	s|img-src data:|img-src http://localhost:9 data:|' "$tmp/s1/report.html" >"$tmp/bad.html"
timeout 120 python3 "$top/testdumps/browser.py" "$chromium" "$tmp/bad.html" >"$tmp/bad"
for what in 'active: <script' 'request: http://localhost' 'Log.entryAdded'; do
	like "a page that is bad: $what" "$tmp/bad" "$what"
done
sed 's|<main>|<main><p style="margin-top:900px;min-width:2000px;color:#eee">far down</p>|' \
	"$tmp/s1/report.html" >"$tmp/far.html"
timeout 120 python3 "$top/testdumps/browser.py" "$chromium" "$tmp/far.html" >"$tmp/far"
if [ -n "$AXE" ]; then
	like 'a page that is bad: axe' "$tmp/far" 'axe: color-contrast'
else
	skip 'axe-core' 'no copy of it here: AXE=FILE'
fi
for what in 'culprit at .* out of sight' 'wide in a window of 1440' 'hard to read' \
	'beyond the paper'; do
	like "a page that is bad: $what" "$tmp/far" "$what"
done

done_testing
