#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A vmlinux in the package of debug information that it comes in, or compressed: it is used as
# the plain file is, nothing is installed or left behind, and what is made to do harm does none.
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

mkdir "$tmp/temporary"
export TMPDIR="$tmp/temporary"
id=00112233445566778899aabbccddeeff00112233
mkdump "$top/testdumps/synthetic/machines/build-id.text" "$tmp/vmcore"
release=$("$pfnscope" facts --json "$tmp/vmcore" | jq -r .kernel.release)

# vmlinux ID FILE: with a symbol and a type of the kernel's name.
vmlinux() {
	gcc -g -nostdlib -static "-Wl,--build-id=0x$1" -o "$2" -x c - <<-'EOT'
	struct pfnscope_test { long a, b; } max_pfn_test;
	void _start(void) { max_pfn_test.b = 1; }
	EOT
}
vmlinux $id "$tmp/vmlinux"
vmlinux 0123456789abcdef0123456789abcdef01234567 "$tmp/vmlinux.other"

# tree DIR PATH FILE: the files of a package, with others before and behind.
tree() {
	rm -rf "$1"
	mkdir -p "$1/usr/lib/debug/$(dirname "$2")" "$1/usr/lib/debug/lib/modules/$release/kernel"
	cp "$pfnscope" "$1/usr/lib/debug/lib/modules/$release/kernel/a.ko.debug"
	ln -s "../../../../etc/passwd" "$1/usr/lib/debug/boot-vmlinux"
	cp "$3" "$1/usr/lib/debug/$2"
	printf 'read me\n' >"$1/usr/lib/debug/zz"
}

# deb OUT COMPRESSION TREE
deb() {
	mkdir -p "$3/DEBIAN"
	cat >"$3/DEBIAN/control" <<-EOT
	Package: linux-image-$release-dbg
	Version: 1
	Architecture: amd64
	Maintainer: nobody <nobody@example.org>
	Description: a test
	EOT
	dpkg-deb --root-owner-group "-Z$2" -b "$3" "$1" >"$tmp/deb.log" 2>&1
}

# rpm OUT COMPRESSION TREE: a lead, two headers with one tag each, and the files as cpio has them.
rpm() {
	python3 - "$1" "$2" "$3" <<-'EOT'
	import bz2, gzip, lzma, os, stat, struct, sys
	out, how, tree = sys.argv[1:]
	pack = {"gz": gzip, "xz": lzma, "bz2": bz2}[how]
	def header(tag, data):
	    return (b"\x8e\xad\xe8\x01" + bytes(4) + struct.pack(">II", 1, len(data)) +
	            struct.pack(">IIII", tag, 6, 0, 1) + data)
	def member(name, mode, data):
	    name = name.encode() + b"\0"
	    words = (1, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0)
	    head = b"070701" + b"".join(b"%08x" % w for w in words) + name
	    return head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4)
	def content(path, mode):
	    if stat.S_ISLNK(mode):
	        return os.readlink(path).encode()
	    return open(path, "rb").read() if stat.S_ISREG(mode) else b""
	cpio = b""
	for folder, folders, files in os.walk(tree):
	    folders[:] = sorted(f for f in folders if f != "DEBIAN")
	    for path in [folder] + [os.path.join(folder, f) for f in sorted(files)]:
	        mode = os.lstat(path).st_mode
	        name = os.path.join(".", os.path.relpath(path, tree))
	        cpio += member(name, mode, content(path, mode))
	cpio += member("TRAILER!!!", 0, b"")
	lead = (b"\xed\xab\xee\xdb\x03\x00" + struct.pack(">HH", 0, 1) + b"kernel-debuginfo".ljust(66, b"\0") +
	        struct.pack(">HH", 1, 5) + bytes(16))
	signature = header(1000, b"sig\0")
	signature += bytes(-len(signature) % 8)
	with open(out, "wb") as f:
	    f.write(lead + signature + header(1000, b"kernel-debuginfo\0") + pack.compress(cpio))
	EOT
}

# What of a report tells which vmlinux it had; provenance names no file.
facts() {
	run "$pfnscope" facts --json "$@"
	jq -S 'del(.dump)' "$tmp/out" 2>/dev/null >"$tmp/got"
}

facts "$tmp/vmcore"
cp "$tmp/got" "$tmp/without"
facts "$tmp/vmcore" "$tmp/vmlinux"
is 'plain: exit status' "$status" 0
cp "$tmp/got" "$tmp/want"
ok 'plain: it makes a difference' sh -c "! cmp -s '$tmp/want' '$tmp/without'"

# used NAME FILE: as the plain one is.
used() {
	facts "$tmp/vmcore" "$2"
	is "$1: exit status" "$status" 0
	same "$1: as the vmlinux itself" "$tmp/got" "$tmp/want"
	is "$1: nothing is said" "$(cat "$tmp/err")" ''
	is "$1: nothing is left" "$(ls -A "$TMPDIR")" ''
}

# refused NAME REGEXP FILE
refused() {
	facts "$tmp/vmcore" "$3"
	is "$1: exit status" "$status" 2
	like "$1: says why" "$tmp/err" "$2"
	is "$1: one line" "$(wc -l <"$tmp/err")" 1
	is "$1: nothing is left" "$(ls -A "$TMPDIR")" ''
}

old=boot/vmlinux-$release new=lib/modules/$release/vmlinux
for how in gz xz bz2; do
	tree "$tmp/tree" "$new" "$tmp/vmlinux"
	rpm "$tmp/kernel-debuginfo.$how.rpm" $how "$tmp/tree"
	used "rpm, $how" "$tmp/kernel-debuginfo.$how.rpm"
done
tree "$tmp/tree" "$old.debug" "$tmp/vmlinux"
rpm "$tmp/suse.rpm" gz "$tmp/tree"
used 'rpm, another place' "$tmp/suse.rpm"
tree "$tmp/tree" "$new" "$tmp/vmlinux.other"
rpm "$tmp/other.rpm" gz "$tmp/tree"
refused 'rpm of another kernel' "^pfnscope: $tmp/other.rpm: its vmlinux is of another kernel\$" \
	"$tmp/other.rpm"
cp "$tmp/vmlinux.other" "$tmp/tree/usr/lib/debug/lib/vmlinux-a"
cp "$tmp/vmlinux" "$tmp/tree/usr/lib/debug/lib/vmlinux-b"
rpm "$tmp/two.rpm" gz "$tmp/tree"
used 'rpm of more than one flavour' "$tmp/two.rpm"
tree "$tmp/tree" "$new" "$tmp/vmlinux"
rm "$tmp/tree/usr/lib/debug/$new"
rpm "$tmp/none.rpm" gz "$tmp/tree"
refused 'rpm without one' "^pfnscope: $tmp/none.rpm: no vmlinux in it\$" "$tmp/none.rpm"
cp "$tmp/vmcore" "$tmp/tree/usr/lib/debug/vmlinux"
rpm "$tmp/core.rpm" gz "$tmp/tree"
refused 'rpm with what is called so' 'no vmlinux in it' "$tmp/core.rpm"

if command -v dpkg-deb >/dev/null; then
	for how in gzip xz zstd none; do
		tree "$tmp/tree" "$old" "$tmp/vmlinux"
		if deb "$tmp/linux-dbg.$how.deb" $how "$tmp/tree"; then
			used "deb, $how" "$tmp/linux-dbg.$how.deb"
		else
			skip "deb, $how" "this dpkg-deb does not know it"
		fi
	done
	cp "$tmp/linux-dbg.xz.deb" "$tmp/linux-dbgsym.ddeb"
	used 'ddeb' "$tmp/linux-dbgsym.ddeb"
	# A package in a package is no package of debug information.
	tree "$tmp/tree" "$old" "$tmp/linux-dbg.xz.deb"
	deb "$tmp/nested.deb" gzip "$tmp/tree"
	refused 'deb in a deb' 'no vmlinux in it' "$tmp/nested.deb"
	for n in 30 200 3000 20000; do
		head -c $n "$tmp/linux-dbg.xz.deb" >"$tmp/cut.deb"
		refused "deb, cut off after $n bytes" "^pfnscope: $tmp/cut.deb: " "$tmp/cut.deb"
	done
else
	skip 'deb' 'no dpkg-deb'
fi
for n in 100 200 3000; do
	head -c $n "$tmp/kernel-debuginfo.gz.rpm" >"$tmp/cut.rpm"
	refused "rpm, cut off after $n bytes" "^pfnscope: $tmp/cut.rpm: " "$tmp/cut.rpm"
done

gzip -c "$tmp/vmlinux" >"$tmp/vmlinux.gz"
used 'vmlinux.gz' "$tmp/vmlinux.gz"
python3 -c 'import lzma, sys; lzma.open(sys.argv[2], "w").write(open(sys.argv[1], "rb").read())' \
	"$tmp/vmlinux" "$tmp/vmlinux-$release.xz"
used 'vmlinux-RELEASE.xz' "$tmp/vmlinux-$release.xz"
gzip -c "$tmp/vmlinux.other" >"$tmp/vmlinux-other.gz"
refused 'gz of another kernel' 'its vmlinux is of another kernel' "$tmp/vmlinux-other.gz"

# A file that is said to have 100 GiB is not passed over to see what comes behind.
python3 - "$tmp/vmlinux-huge.tar.gz" <<'EOT'
import gzip, sys, tarfile
member = tarfile.TarInfo("huge")
member.size = 100 << 30
with gzip.open(sys.argv[1], "wb") as f:
    f.write(member.tobuf(tarfile.GNU_FORMAT) + bytes(1 << 20))
EOT
refused 'a huge file' 'tar.gz: gzip: more in it than we look at$' "$tmp/vmlinux-huge.tar.gz"

# The folder of a ticket has both.
mkdir "$tmp/ticket"
cp "$tmp/vmcore" "$tmp/ticket/vmcore"
cp "$tmp/kernel-debuginfo.xz.rpm" "$tmp/ticket/"
facts "$tmp/ticket"
same 'a folder with both' "$tmp/got" "$tmp/want"
facts "$tmp/kernel-debuginfo.xz.rpm" "$tmp/vmcore"
same 'before the dump' "$tmp/got" "$tmp/want"
facts "$tmp/kernel-debuginfo.xz.rpm"
is 'without a dump: exit status' "$status" 2
like 'without a dump: says so' "$tmp/err" 'is a vmlinux; no vmcore given'
facts "$tmp/vmcore" "$tmp/vmlinux" "$tmp/kernel-debuginfo.xz.rpm"
like 'and a vmlinux: says so' "$tmp/err" 'are both vmlinuxes'

# It is an input: nothing is written over it.
sum=$(sha256sum <"$tmp/kernel-debuginfo.xz.rpm")
run "$pfnscope" distill --force "$tmp/vmcore" "$tmp/kernel-debuginfo.xz.rpm" \
	-o "$tmp/kernel-debuginfo.xz.rpm"
is 'it is not written over' "$status $(sha256sum <"$tmp/kernel-debuginfo.xz.rpm")" "2 $sum"
run "$pfnscope" diff "$tmp/vmcore" "$tmp/vmcore" "$tmp/kernel-debuginfo.xz.rpm"
is 'diff takes it' "$status" 0
done_testing
