#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Dumps as tickets have them: compressed, in an archive, in a folder of kdump's. The report is
# that of the dump, nothing is left behind, and what is made to do harm does none.
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

mkdir "$tmp/temporary" "$tmp/d"
export TMPDIR="$tmp/temporary"
dump=$tmp/d/vmcore
cp "$top/testdumps/s1/s1.kdump" "$dump"

# pack KIND OUT FILE [NAME]: without programs that may not be there.
pack() {
	python3 - "$@" <<'PY'
import bz2, gzip, io, lzma, sys, tarfile, zipfile
kind, out, path = sys.argv[1:4]
name = sys.argv[4] if len(sys.argv) > 4 else "127.0.0.1-2026-11-29/vmcore"
data = open(path, "rb").read()
if kind in ("gz", "xz", "bz2"):
    module = {"gz": gzip, "xz": lzma, "bz2": bz2}[kind]
    open(out, "wb").write(module.compress(data))
elif kind == "zip":
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("readme.txt", "hello")
        z.writestr(name, data)
else:
    with tarfile.open(out, "w:" + kind[4:]) as t:
        for n, d in (("readme.txt", b"hello\n"), (name, data), ("last", b"x" * 100000)):
            i = tarfile.TarInfo(n)
            i.size = len(d)
            t.addfile(i, io.BytesIO(d))
PY
}

run "$pfnscope" diagnose --json "$dump"
jq -S 'del(.dump)' "$tmp/out" >"$tmp/want"
is 'plain: a verdict' "$status" 1
is 'plain: nothing is said' "$(cat "$tmp/err")" ''

for kind in gz xz bz2 zip tar tar.gz tar.xz tar.bz2; do
	f=$tmp/vmcore.$kind
	pack "$kind" "$f" "$dump"
	run "$pfnscope" diagnose --json "$f"
	is "$kind: exit status" "$status" 1
	jq -S 'del(.dump)' "$tmp/out" >"$tmp/got"
	same "$kind: the same report" "$tmp/got" "$tmp/want"
	is "$kind: its own name, and size" "$(jq -r '.dump | "\(.path) \(.bytes)"' "$tmp/out")" \
		"$f $(stat -c %s "$f")"
	like "$kind: says so" "$tmp/err" "^pfnscope: $f: unpacked.*, 640.4 KiB, into a .* in $TMPDIR\$"
done
if command -v zstd >/dev/null; then
	zstd -q "$dump" -o "$tmp/vmcore.zst"
	run "$pfnscope" diagnose --json "$tmp/vmcore.zst"
	jq -S 'del(.dump)' "$tmp/out" >"$tmp/got"
	same 'zst: the same report' "$tmp/got" "$tmp/want"
else
	skip 'zst: the same report' 'no zstd'
fi

pack tar.gz "$tmp/twice.tar.gz" "$tmp/vmcore.xz" ticket/vmcore.xz
run "$pfnscope" diagnose --json "$tmp/twice.tar.gz"
jq -S 'del(.dump)' "$tmp/out" >"$tmp/got"
same 'xz in a tar.gz: the same report' "$tmp/got" "$tmp/want"

mkdump --flattened "$top/testdumps/synthetic/s1-depopulated.text" "$tmp/flat"
pack gz "$tmp/flat.gz" "$tmp/flat"
run "$pfnscope" diagnose --json "$tmp/flat.gz"
ok 'flattened, gz: a report' holds '.dump.format == "kdump-flattened"' "$tmp/out"

# ---- Every verb and option that takes a dump ----

packed=$tmp/vmcore.tar.xz
for verb in check sections vmemmap map facts signature; do
	run "$pfnscope" $verb --json "$dump"
	jq -S 'del(.dump)' "$tmp/out" >"$tmp/plain"
	run "$pfnscope" $verb --json "$packed"
	jq -S 'del(.dump)' "$tmp/out" >"$tmp/got"
	same "$verb: as of the plain dump" "$tmp/got" "$tmp/plain"
done
run "$pfnscope" pfn "$packed" 0x14000
is 'pfn: exit status' "$status" 0
run "$pfnscope" diff "$dump" "$packed"
is 'diff: no difference' "$status" 0
run "$pfnscope" distill --verify -o "$tmp/small" "$packed"
is 'distill --verify: exit status' "$status" 0
run "$pfnscope" report -o "$tmp/report" "$packed"
is 'report: exit status' "$status" 1
ok 'report: the attachments' test -s "$tmp/report/report.html"
run "$pfnscope" report --tar "$tmp/report.tar" "$packed"
run "$pfnscope" signature "$tmp/report.tar"
is 'the attachments as a tar: read again' "$status" 0
run "$pfnscope" distill --force -o "$packed" "$packed"
like 'the archive is not overwritten' "$tmp/err" 'vmcore.tar.xz'
run "$pfnscope" --reader=drgn "$packed"
like '--reader=drgn: says why not' "$tmp/err" 'not an ELF core file|without libdrgn'
run "$pfnscope" -q "$packed"
is '-q: nothing is said' "$(cat "$tmp/out" "$tmp/err")" ''

mkdir "$tmp/many"
cp "$packed" "$tmp/vmcore.gz" "$tmp/many"
run "$pfnscope" batch -o "$tmp/batch" "$tmp/many"
is 'batch: both are found, with a verdict' "$(jq -r '.path + " " + .verdict.status' \
	"$tmp/batch/results.jsonl" | sort)" "$tmp/many/vmcore.gz explained
$tmp/many/vmcore.tar.xz explained"

# ---- Folders ----

printf '[    1.000000] Linux version 6.1.0 (a@b)\n[    2.000000] BUG: kernel NULL pointer\n' \
	>"$tmp/d/vmcore-dmesg.txt"
run "$pfnscope" diagnose --json "$tmp/d"
jq -S 'del(.dump)' "$tmp/out" >"$tmp/got"
same 'folder: the same report' "$tmp/got" "$tmp/want"
run "$pfnscope" log "$tmp/d"
like 'log FOLDER: the log in it' "$tmp/out" '/d/vmcore-dmesg.txt'
run "$pfnscope" diff "$tmp/d" "$packed"
is 'diff FOLDER' "$status" 0
mkdir "$tmp/empty" "$tmp/logonly"
run "$pfnscope" "$tmp/empty"
like 'folder without a dump' "$tmp/err" 'empty: no dump in this folder$'
cp "$tmp/d/vmcore-dmesg.txt" "$tmp/logonly"
run "$pfnscope" "$tmp/logonly"
like 'folder with a log alone' "$tmp/err" 'but a log: pfnscope log .*/logonly/vmcore-dmesg.txt$'
run "$pfnscope" log "$tmp/empty"
like 'log: folder without one' "$tmp/err" 'no log in this folder'
run "$pfnscope" "$tmp/many"
like 'folder with two dumps' "$tmp/err" '2 dumps in this folder: name one, as .*/many/vmcore.gz'

# ---- Damage ----

head -c 100000 "$tmp/vmcore.gz" >"$tmp/cut.gz"
run "$pfnscope" "$tmp/cut.gz"
is 'cut off: exit status' "$status" 2
like 'cut off: says so' "$tmp/err" 'gzip: truncated gzip input'
head -c 20 "$tmp/vmcore.xz" >"$tmp/cut.xz"
run "$pfnscope" "$tmp/cut.xz"
is 'nothing but a header: exit status' "$status" 2
python3 - "$tmp/vmcore.xz" "$tmp/crc.xz" <<'PY'
import sys
b = bytearray(open(sys.argv[1], "rb").read())
# The footer has 12 bytes; before it the index, and before that the check of the block.
index = 4 * (int.from_bytes(b[-8:-4], "little") + 1)
b[-12 - index - 1] ^= 1
open(sys.argv[2], "wb").write(b)
PY
run "$pfnscope" "$tmp/crc.xz"
# How much of it came before the check is libarchive's business: nothing, or a part.
cat "$tmp/out" >>"$tmp/err"
like 'a wrong checksum: says so' "$tmp/err" '^pfnscope: xz: |file: cut off, .* xz: '
is 'a wrong checksum: not as if it were whole' "$(grep -c '^EXPLAINED' "$tmp/err")" 0
echo hello >"$tmp/text"
for kind in gz xz tar.gz zip; do
	pack $kind "$tmp/text.$kind" "$tmp/text"
	run "$pfnscope" "$tmp/text.$kind"
	is "no dump in a $kind: exit status" "$status" 2
	like "no dump in a $kind: says so" "$tmp/err" 'not a dump, and none in it'
done
tar -C "$tmp" -cf "$tmp/two.tar" d/vmcore small
run "$pfnscope" "$tmp/two.tar"
is 'two dumps: exit status' "$status" 2
like 'two dumps: says which' "$tmp/err" 'two.tar: small: not of the same dump as .*two.tar \(d/vmcore\)'

# ---- What is made to do harm ----

python3 - "$tmp" "$dump" <<'PY'
import gzip, io, lzma, os, sys, tarfile
tmp, dump = sys.argv[1:]
data = open(dump, "rb").read()

def tar(name, members):
    with tarfile.open(os.path.join(tmp, name), "w:gz") as t:
        for n, kind, link, d in members:
            i = tarfile.TarInfo(n)
            i.type, i.linkname, i.size = kind, link, len(d)
            t.addfile(i, io.BytesIO(d))

tar("away.tgz", [("../../../away", tarfile.REGTYPE, "", data)])
tar("absolute.tgz", [(tmp + "/away", tarfile.REGTYPE, "", data)])
tar("links.tgz", [("vmcore", tarfile.SYMTYPE, dump, b""), ("vmcore", tarfile.LNKTYPE, dump, b""),
                  ("vmcore", tarfile.FIFOTYPE, "", b""), ("vmcore", tarfile.CHRTYPE, "", b"")])
tar("members.tgz", [("f%d" % k, tarfile.REGTYPE, "", b"") for k in range(70000)])
tar("escape.tgz", [("a\x1b[31m\nvmcore", tarfile.REGTYPE, "", data)])
with gzip.open(tmp + "/zeroes.gz", "wb", 9) as f:
    for k in range(256):
        f.write(bytes(1 << 20))
with gzip.open(tmp + "/bomb.gz", "wb", 9) as f:
    f.write(data)
    for k in range(64):
        f.write(bytes(1 << 24))
with gzip.open(tmp + "/noise.gz", "wb", 1) as f:
    f.write(data)
    f.write(os.urandom(1 << 24))
deep = data
for k in range(3):
    deep = lzma.compress(gzip.compress(deep))
open(tmp + "/deep.gz", "wb").write(deep)
PY
before=$(find "$tmp" | sort)
for f in away absolute; do
	run "$pfnscope" -q "$tmp/$f.tgz"
	is "$f: a verdict" "$status" 1
done
run "$pfnscope" "$tmp/links.tgz"
like 'links, pipes and devices are no dumps' "$tmp/err" 'none in it'
run "$pfnscope" "$tmp/members.tgz"
like 'too many files in it' "$tmp/err" 'more in it than we look at'
run "$pfnscope" check "$tmp/escape.tgz"
ok 'a name with escapes: printable' printable "$tmp/err"
run "$pfnscope" "$tmp/zeroes.gz"
like 'nothing but zeroes' "$tmp/err" 'none in it'
# The sanitizers reserve address space without end.
limit='--memory 512M'
[ "$B" = "$top/build" ] || limit=
# shellcheck disable=SC2086
run "$pfnscope" -q $limit "$tmp/bomb.gz"
is 'a gigabyte of zeroes behind a dump: takes no room' "$status" 1
run "$pfnscope" "$tmp/deep.gz"
is 'packed six times: exit status' "$status" 2
status=0
# 512-byte blocks; Python cannot compress below this limit, the command has to.
(ulimit -f 8192; timeout 60 "$pfnscope" "$tmp/noise.gz") >"$tmp/out" 2>"$tmp/err" || status=$?
is 'the disk is full: exit status' "$status" 2
like 'the disk is full: says so' "$tmp/err" 'noise.gz: cannot unpack it .*: File too large'
run env TMPDIR="$tmp/nowhere" "$pfnscope" "$packed"
like 'no folder for it' "$tmp/err" 'cannot create a temporary file in .*/nowhere'
is 'nothing is written anywhere' "$(find "$tmp" | sort)" "$before"
is 'and nothing is left of what was unpacked' "$(ls -A "$TMPDIR")" ''
done_testing
