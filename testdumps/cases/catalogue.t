#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# catalogue: rows in, once; groups and pages out; older and foreign files.
# shellcheck source=testdumps/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

s1=$top/testdumps/s1/s1.kdump
clean=$top/testdumps/debian-6.1/debian-6.1.kdump
db=$tmp/fleet.db

# catalogue ARG...: leaves $status, $tmp/out, $tmp/err.
catalogue() {
	run "$pfnscope" catalogue "$@"
}

# sql FILE STATEMENT: as another program would.
sql() {
	python3 - "$@" <<'EOT'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
for row in db.execute(sys.argv[2]):
    print(*row, sep="|")
db.commit()
EOT
}

# Three machines with names and times of their own, and dumps that have none.
mkdir "$tmp/dumps"
for host in web01:1700000000 web02:1700000100 db01:1700100000; do
	name=${host%:*}
	sed 's/^include /&'"$(echo "$top/testdumps/synthetic/" | sed 's/[\/&]/\\&/g')"'/' \
		"$top/testdumps/synthetic/healthy-5.10.text" >"$tmp/$name.text"
	cat >>"$tmp/$name.text" <<EOT
vmcoreinfo SYMBOL(init_uts_ns)=ffff888009000000
vmcoreinfo CRASHTIME=${host#*:}
at 0x9000004 text Linux
at 0x9000045 text $name
at 0x9000086 text 5.10.262
EOT
	mkdump "$tmp/$name.text" "$tmp/dumps/$name"
done
for name in s1 s1-compact s2 s3 debian-6.1 debian-6.1-null; do
	cp "$top/testdumps/$name/$name.kdump" "$tmp/dumps/"
done
head -c 20000 "$s1" >"$tmp/dumps/cut-off"
"$pfnscope" batch "$tmp/dumps" -o "$tmp/out.d" --reports --json >"$tmp/summary"
is 'batch: ten dumps' "$(jq .dumps "$tmp/summary")" 10

catalogue "$db" import "$tmp/out.d"
is 'import: exit status' "$status" 0
like 'import: counts' "$tmp/out" '^10 rows: 10 new dumps, 0 no longer there, 0 bad lines$'
catalogue "$db" list --json
cp "$tmp/out" "$tmp/list"
jq -Ss 'map({id, path, bytes: (.bytes | tostring), modified, outcome, status,
	verdict: .verdict.status, title: .verdict.title, signature: .signature.title,
	defect: .signature.defect, crash: .signature.crash, release: .kernel.release,
	build_id: .kernel.build_id, host, time, report} | with_entries(select(.value != null)))
	| sort_by(.path)' "$tmp/out.d/results.jsonl" >"$tmp/want"
jq -S '.dumps | map(del(.nr, .results)) | sort_by(.path)' "$tmp/list" >"$tmp/got"
same 'list: what the rows say' "$tmp/got" "$tmp/want"
catalogue "$db" import "$tmp/out.d/results.jsonl" --json
ok 'import again: nothing new' holds '.rows == 10 and .added == 0 and .dropped == 0' "$tmp/out"
catalogue "$db" list --json
same 'import again: nothing changes' "$tmp/out" "$tmp/list"

# Groups: by signature as batch has them, and by what else rows say.
catalogue "$db" groups --json
jq -c '[.groups[] | select(.key | contains(":")) | [.key, .dumps]] | sort' "$tmp/out" >"$tmp/got"
jq -c '[.groups[] | select(.kind == "defect" or .kind == "crash") | [.key, .dumps]] | sort' \
	"$tmp/summary" >"$tmp/want"
same 'groups: by signature, as batch' "$tmp/got" "$tmp/want"
ok 'groups: by signature' holds '([.groups[].dumps] | add) == 10 and .by == "signature" and
	(.groups[] | select(.key == "defect:v1:86306f6b0fa3d468") | .dumps == 2 and .problems == 2) and
	(.groups[] | select(.key == "failed") | .dumps == 1)' "$tmp/out"
# groups BY FILTER: sorted KEY:DUMPS words.
groups() {
	catalogue "$db" groups --by "$1" --json
	jq -r '.groups | map("\(.key):\(.dumps)") | sort | join(" ")' "$tmp/out"
}
is 'groups: by host' "$(groups host)" 'db01:1 unknown:7 web01:1 web02:1'
is 'groups: by kernel' "$(groups kernel)" '5.10.262:7 6.1.0-56-cloud-amd64:2 unknown:1'
is 'groups: by time' "$(groups time | tr ' ' '\n' | grep 2023 | paste -sd ' ')" \
	'2023-11-14:2 2023-11-16:1'
is 'groups: by finding' "$(groups finding | tr ' ' '\n' | grep memmap | paste -sd ' ')" \
	'memmap-depopulated:2 memmap-poisoned:1 memmap-unmapped:1'
catalogue "$db" groups --by colour
is 'groups: by what there is not' "$status" 2
catalogue "$db"
like 'groups: text' "$tmp/out" '^ +2 +2 +1 +0  2026-[0-9-]+  2026-[0-9-]+  early-section-depopulated: '
ok 'groups: text is printable' printable "$tmp/out"
catalogue "$db" list
like 'list: text' "$tmp/out" '^2023-11-14T22:13:20Z  web01 +5\.10\.262 +[a-z-]+ +/.*/dumps/web01$'
id=$(jq -r 'select(.path | endswith("/s1.kdump")) | .id' "$tmp/out.d/results.jsonl")
catalogue "$db" show "$id"
like 'show: by id' "$tmp/out" '^dump +/.*/dumps/s1.kdump$'
catalogue "$db" show "$(realpath "$tmp/dumps/s1.kdump")" --json
jq -S '.dumps[0].row' "$tmp/out" >"$tmp/got"
jq -S "select(.id == \"$id\")" "$tmp/out.d/results.jsonl" >"$tmp/want"
same 'show: by path, the row' "$tmp/got" "$tmp/want"
catalogue "$db" show nothing
is 'show: no such dump' "$status" 2
like 'show: says so' "$tmp/err" "no dump with the path or id 'nothing'"

# The pages: well-formed, with no script but the one that their policy names, with the
# reports behind the links.
catalogue "$db" groups --html "$tmp/site" -q
is 'html: exit status' "$status" 0
cat >"$tmp/pages.py" <<'EOT'
import base64, hashlib, os, sys, xml.etree.ElementTree as tree
site, ns = sys.argv[1], "{http://www.w3.org/1999/xhtml}"
page = tree.parse(f"{site}/index.html")
ids = {e.get("id") for e in page.iter() if e.get("id")}
assert not list(page.iter(f"{ns}img")), "foreign elements"
script, = page.iter(f"{ns}script")
digest = base64.b64encode(hashlib.sha256(script.text.encode()).digest()).decode()
assert [e.get("content") for e in page.iter(f"{ns}meta") if e.get("http-equiv")] == [
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-"
    f"{digest}'"], "policy"
assert all(k in ("href", "class", "id", "lang", "charset", "name", "content", "http-equiv", "rel",
                 "tabindex", "role", "hidden", "type", "size", "value", "viewBox", "x", "y",
                 "width", "height", "preserveAspectRatio", "aria-label", "aria-hidden")
           for e in page.iter() for k in e.keys()), "foreign attributes"
links = sorted({a.get("href") for a in page.iter(f"{ns}a")})
reports = [h for h in links if h.startswith("reports/")]
for href in links:
    assert href[1:] in ids if href.startswith("#") else os.path.getsize(f"{site}/{href}"), href
assert sorted(reports) == sorted("reports/" + n for n in os.listdir(f"{site}/reports")), "reports"
print(len(reports), len(links) - len(reports), "".join(page.getroot().itertext()).count(sys.argv[2]))
EOT
is 'html: reports, groups, the dump' "$(python3 "$tmp/pages.py" "$tmp/site" dumps/s1.kdump 2>&1)" '9 7 1'
cmp -s "$tmp/site/reports/$(jq ".dumps[] | select(.id == \"$id\").nr" "$tmp/list").html" \
	"$tmp/out.d/reports/$id/report.html"
is 'html: the report of that dump' $? 0
catalogue "$db" list --html "$tmp/site" -q
# Three machines with times, on two days; among dumps of three years a bar is more than a day.
jq -c 'select(.host)' "$tmp/out.d/results.jsonl" >"$tmp/three.jsonl"
catalogue "$tmp/three.db" import "$tmp/three.jsonl" --html "$tmp/three" -q
is 'html: chart: days' "$(grep -o '<title>[0-9-]*: [0-9]* of [a-z-]*' "$tmp/three/index.html" |
	sed 's/.*>//' | paste -sd '|')" '2023-11-14: 2 of no-panic|2023-11-16: 1 of no-panic'
like 'html: chart: of years' "$tmp/site/index.html" \
	'A bar is [1-9][0-9]* days\..* Without a time, and not in it: [1-9]'
is 'html: chart: all that have a time' "$(grep -o '<title>[0-9-]*: [0-9]* of' "$tmp/site/index.html" |
	awk '{ n += $2 } END { print n }')" "$(jq '[.dumps[] | select(.time)] | length' "$tmp/list")"
is 'html: signature first, days whole' "$(grep -c \
	'^<tr><td class="t"><a href="#g[0-9]*">.*<td class="d">[0-9-]*</td><td class="d">[0-9-]*</td></tr>$' \
	"$tmp/site/index.html")" 7
is 'html: again' "$status $(python3 "$tmp/pages.py" "$tmp/site" dumps/s1.kdump 2>&1)" '0 9 7 1'
# A page that came with the rows and is none of ours: not even with our policy in it,
# when something else comes before that.
cp -r "$tmp/out.d" "$tmp/foreign.d"
report=$tmp/foreign.d/reports/$id/report.html
{ echo '<script>alert(1)</script>'; cat "$tmp/out.d/reports/$id/report.html"; } >"$report"
catalogue "$tmp/foreign-html.db" import "$tmp/foreign.d" --html "$tmp/foreign-site" -q
is 'html: a foreign report is not linked' \
	"$status $(python3 "$tmp/pages.py" "$tmp/foreign-site" dumps/s1.kdump 2>&1)" '0 8 7 1'
like 'html: a foreign report is said' "$tmp/err" "not linked: .*: dump $id\$"
is 'html: a foreign report is not copied' \
	"$(cat "$tmp/foreign-site"/*.html "$tmp/foreign-site"/reports/* | grep -c '<script')" 1

# A name that is no text.
name=$(printf 'gr\366\337e')
cp "$clean" "$tmp/$name"
"$pfnscope" batch "$tmp/$name" -o "$tmp/bytes.d" -q
catalogue "$tmp/bytes.db" import "$tmp/bytes.d" -q
catalogue "$tmp/bytes.db" show "$(realpath "$tmp")/$name"
is 'show: a path that is no text' "$status$(cat "$tmp/err")" 0
catalogue "$tmp/bytes.db" show "$(jq -r .path "$tmp/bytes.d/results.jsonl")"
is 'show: such a path as it is printed' "$status$(cat "$tmp/err")" 0

# A dump that has changed takes the place of what it was; of another folder, it stays.
cp "$clean" "$tmp/dumps/s2.kdump"
"$pfnscope" batch "$tmp/dumps" -o "$tmp/out.d" -q
"$pfnscope" batch "$tmp/dumps/s2.kdump" -o "$tmp/other.d" -q
catalogue "$db" import "$tmp/out.d"
like 'changed: counts' "$tmp/out" '^11 rows: 1 new dumps, 1 no longer there, 0 bad lines$'
catalogue "$db" list --json
cp "$tmp/out" "$tmp/list"
catalogue "$db" import "$tmp/out.d"
like 'changed, again: nothing new' "$tmp/out" '^11 rows: 0 new dumps, 0 no longer there, 0 bad lines$'
catalogue "$db" list --json
same 'changed, again: nothing changes' "$tmp/out" "$tmp/list"
catalogue "$db" import "$tmp/out.d" "$tmp/other.d"
is 'changed: still ten' "$(sql "$db" 'SELECT count(*) FROM dump')" 10
jq -c '.modified = "2020-01-01T00:00:00.000000000Z"' "$tmp/other.d/results.jsonl" >"$tmp/third.jsonl"
catalogue "$db" import "$tmp/third.jsonl"
is 'of another machine, by the same path: both are there' \
	"$(sql "$db" 'SELECT count(*), count(DISTINCT path) FROM dump')" '11|10'
# As if each machine's results were brought to one place, one after another.
cp "$tmp/other.d/results.jsonl" "$tmp/place.jsonl"
catalogue "$tmp/place.db" import "$tmp/place.jsonl"
cp "$tmp/third.jsonl" "$tmp/place.jsonl"
catalogue "$tmp/place.db" import "$tmp/place.jsonl"
is 'of another machine, from the same place: both are there' \
	"$(cat "$tmp/out")|$(sql "$tmp/place.db" 'SELECT count(*), count(DISTINCT path) FROM dump')" \
	'1 rows: 1 new dumps, 0 no longer there, 0 bad lines|2|1'
# A dump that became another and was put back as it was.
cat "$tmp/other.d/results.jsonl" "$tmp/third.jsonl" "$tmp/other.d/results.jsonl" >"$tmp/back.jsonl"
for again in '3 rows: 1 new dumps, 0 ' '3 rows: 0 new dumps, 0 '; do
	catalogue "$tmp/back.db" import "$tmp/back.jsonl"
	like "changed and changed back: ${again#* }" "$tmp/out" "^$again"
	is 'changed and changed back: one' "$(sql "$tmp/back.db" 'SELECT modified FROM dump')" \
		"$(jq -r .modified "$tmp/other.d/results.jsonl")"
done

# Rows of somebody who means no good: text stays text, and what is no row is said.
evil="x'); DROP TABLE dump; --<script>alert(1)</script>\"&\\u202e\\u001b[31m"
jq -c --arg evil "$evil" '.id = "ff000000000000aa" | .host = $evil | .path = $evil |
	.verdict.title = $evil | .kernel.release = $evil | .signature.title = $evil |
	.findings = [{code: $evil, severity: $evil, findings: 1}]' "$tmp/other.d/results.jsonl" >"$tmp/evil.jsonl"
for filter in '.id = "../../../../etc"' '.report = "../../secret"' '.report = "reports/../../x"' \
	'.path = 5' 'del(.modified)' '.bytes = []' '.status = "0"' '.status = 4' '.status = -1' '.schema = "x"' '.version = "2.0"' \
	'.host = {}' '[.]'; do
	jq -c "$filter" "$tmp/other.d/results.jsonl"
done >>"$tmp/evil.jsonl"
{
	tr -d '\n' <"$tmp/other.d/results.jsonl"
	printf '\000and more\nno json\n{"schema":"pfnscope/batch-row"'
} >>"$tmp/evil.jsonl"
catalogue "$db" import "$tmp/evil.jsonl"
is 'hostile rows: exit status' "$status" 3
like 'hostile rows: counts' "$tmp/out" '^1 rows: 1 new dumps, 0 no longer there, 15 bad lines$'
is 'hostile rows: text stays text' "$(sql "$db" "SELECT path = host AND host LIKE 'x''); DROP%'
	FROM dump WHERE id = 'ff000000000000aa'")" 1
catalogue "$db" groups --by host
ok 'hostile rows: text' printable "$tmp/out"
catalogue "$db" groups --html "$tmp/evil" -q
ok 'hostile rows: html' python3 "$tmp/pages.py" "$tmp/evil" x
is 'hostile rows: html escapes' "$(grep -c '<script' "$tmp/evil/index.html")" 1

# All of a file or nothing: this one is killed on its way.
yes "$(cat "$tmp/other.d/results.jsonl")" | head -n 3000 |
	awk '{ sub(/"id":"[0-9a-f]*"/, sprintf("\"id\":\"%016x\"", NR)); print }' >"$tmp/large.jsonl"
sql "$db" 'SELECT * FROM dump ORDER BY nr' >"$tmp/before"
status=0
{ (ulimit -f 400 && exec "$pfnscope" catalogue "$db" import "$tmp/large.jsonl") || status=$?; } \
	>/dev/null 2>&1
ok 'killed: it was' [ $status -gt 1 ]
sql "$db" 'SELECT * FROM dump ORDER BY nr' >"$tmp/after"
same 'killed: nothing of it is there' "$tmp/after" "$tmp/before"
# Two at once wait for each other.
"$pfnscope" catalogue "$db" import "$tmp/large.jsonl" >/dev/null 2>"$tmp/err1" &
"$pfnscope" catalogue "$db" import "$tmp/large.jsonl" >/dev/null 2>"$tmp/err2"
wait $!
is 'two at once: all is there' "$(sql "$db" 'SELECT count(*) FROM dump')$(cat "$tmp/err1" "$tmp/err2")" \
	$(($(wc -l <"$tmp/before") + 3000))

# A catalogue of the first schema, as it was written then.
cat >"$tmp/v1.py" <<'EOT'
import json, sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.executescript("""
CREATE TABLE dump (nr INTEGER PRIMARY KEY, id TEXT NOT NULL, bytes TEXT NOT NULL,
 modified TEXT NOT NULL, path TEXT NOT NULL, outcome TEXT NOT NULL, status INTEGER NOT NULL,
 verdict TEXT, title TEXT, signature TEXT, defect TEXT, crash TEXT, release TEXT, build_id TEXT,
 host TEXT, time TEXT, results TEXT NOT NULL, report TEXT, row TEXT NOT NULL,
 UNIQUE (id, bytes, modified));
PRAGMA application_id = 1885761139; PRAGMA user_version = 1;
""")
for line in open(sys.argv[2]):
    row = json.loads(line)
    db.execute("INSERT INTO dump (id, bytes, modified, path, outcome, status, results, row)"
               " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
               (row["id"], str(row["bytes"]), row["modified"], row["path"], row["outcome"],
                row["status"], "/r", line))
# What another program might have left: the step up must not fail over it.
for i, line in enumerate(["", "no json", "[]", '{"findings": 5}', '{"findings": [7, "x", {}]}',
                          '{"findings": [{"code": "a", "severity": "b", "findings": 1},'
                          ' {"code": "a", "severity": "b", "findings": 1}, {"code": "c"}]}']):
    db.execute("INSERT INTO dump (id, bytes, modified, path, outcome, status, results, row)"
               " VALUES (?, '1', 'then', '/p', 'done', 0, '/r', ?)", (str(i), line))
db.commit()
EOT
jq -c 'select(.path | endswith("s1.kdump"))' "$tmp/out.d/results.jsonl" >"$tmp/one.jsonl"
python3 "$tmp/v1.py" "$tmp/v1.db" "$tmp/one.jsonl"
catalogue "$tmp/v1.db" groups --by finding --json
is 'schema 1: brought up to date' "$(sql "$tmp/v1.db" 'PRAGMA user_version')" 2
is 'schema 1: its findings are there' "$(jq -r '[.groups[].key] | sort | join(" ")' "$tmp/out")" \
	'a memmap-depopulated online-device-overlap'
catalogue "$tmp/v1.db" import "$tmp/one.jsonl" --json
ok 'schema 1: its dumps are known' holds '.added == 0' "$tmp/out"

# refused NAME FILE REGEXP: and left as it is.
refused() {
	sum=$(sha256sum <"$2")
	for what in list import; do
		if [ $what = list ]; then
			catalogue "$2" list
		else
			catalogue "$2" import "$tmp/out.d"
		fi
		is "$1: $what: exit status" "$status" 2
		like "$1: $what: says why" "$tmp/err" "$3"
	done
	is "$1: left alone" "$(sha256sum <"$2")" "$sum"
}
cp "$tmp/v1.db" "$tmp/newer.db"
sql "$tmp/newer.db" 'PRAGMA user_version = 99'
refused 'a newer schema' "$tmp/newer.db" 'newer pfnscope \(schema 99, this one knows 2\)'
cp "$tmp/v1.db" "$tmp/negative.db"
sql "$tmp/negative.db" 'PRAGMA user_version = -9'
refused 'a negative schema' "$tmp/negative.db" 'not a catalogue of ours'
sql "$tmp/foreign.db" 'CREATE TABLE dump (x)'
refused 'a foreign database' "$tmp/foreign.db" 'not a catalogue of ours'
cp "$s1" "$tmp/no.db"
refused 'no database' "$tmp/no.db" 'not a database'
: >"$tmp/empty.db"
for what in 'list' 'show x' ''; do
	# shellcheck disable=SC2086 # words
	catalogue "$tmp/empty.db" $what
	is "an empty file: ${what:-groups}: exit status" "$status" 2
	like "an empty file: ${what:-groups}: says why" "$tmp/err" 'not a catalogue of ours'
done
is 'an empty file: left alone' "$(wc -c <"$tmp/empty.db")" 0
catalogue "$tmp/empty.db" import "$tmp/other.d"
is 'an empty file: import' "$status" 0
for name in '' :memory: file:x.db; do
	run sh -c 'cd "$1" && shift && exec "$@"' sh "$tmp" "$pfnscope" catalogue "$name" import "$tmp/other.d"
	is "no file: '$name': exit status" "$status" 2
	like "no file: '$name': says why" "$tmp/err" "'$name': no name of a file"
done
catalogue "$tmp/nothing.db" list
is 'no file: list' "$status $([ -e "$tmp/nothing.db" ] || echo none)" '2 none'
catalogue "$db" import "$tmp/nothing"
is 'no results' "$status" 2
like 'no results: says so' "$tmp/err" "cannot open '.*/nothing'"

# usage WORD...
usage() {
	catalogue "$@"
	is "usage: $*" "$status" 2
	like "usage: $*: says so" "$tmp/err" '^pfnscope: .*catalogue'
}
usage
usage db frobnicate
usage db show
usage db import
usage db list too many
usage db list --by host

done_testing
