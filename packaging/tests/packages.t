#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The packages of a release are built, looked at, installed and used, in a system that may be
# changed: scripts/check-packages runs this in a chroot. TAP.
#
#	packages.t DIST		the folder that make dist wrote, in a path of its own
# shellcheck source=testdumps/lib.sh
. "$(dirname "$(readlink -f "$0")")/../../testdumps/lib.sh"

dist=$(readlink -f "${1?usage: packages.t DIST}")
tarball=$(echo "$dist"/pfnscope-*.tar.xz)
name=$(basename "$tarball" .tar.xz)
version=${name#pfnscope-}
export DEBIAN_FRONTEND=noninteractive SOURCE_DATE_EPOCH=
SOURCE_DATE_EPOCH=$(date -d "$(sed -n 's/.*PFS_RELEASED "\(.*\)"/\1/p' "$top/include/pfnscope/version.h")" +%s)

# What was printed by a command that failed is the reason.
step() {
	test=$1
	shift
	if "$@" >"$tmp/step" 2>&1; then
		tap ok "$test"
	else
		tap 'not ok' "$test"
		tail -n 30 "$tmp/step" | diag
		return 1
	fi
}

ok 'checksums of the release' sh -c "cd $dist && sha256sum -c $name.sha256"
ok 'SBOM: libraries, and each file of the tarball' holds "
	.spdxVersion == \"SPDX-2.3\" and (.packages | length) > 10 and
	(.files | length) == $(tar -tf "$tarball" | grep -vc '/$') and
	all(.files[]; .checksums | length == 2)" "$dist/$name.spdx.json"

# ---- Debian: built twice, in folders with other names ----

# build_deb FOLDER: a path in $tmp, which is private to one build.
build_deb() {
	mkdir -p "$1"
	tar -C "$1" -xf "$tarball"
	tar -C "$1" --exclude="$name/debian" --sort=name -cJf "$1/pfnscope_$version.orig.tar.xz" \
		"$name"
	(cd "$1/$name" && apt-get -qq -y build-dep ./ && dpkg-buildpackage -us -uc)
}
step 'Debian: packages are built, and their tests pass' build_deb "$tmp/a"
DEB_BUILD_OPTIONS=nocheck step 'Debian: and again in another folder' build_deb "$tmp/another/folder"
for deb in "$tmp/a"/*.deb; do
	ok "$(basename "$deb"): the same bytes both times" cmp "$deb" "$tmp/another/folder/${deb##*/}"
done
if command -v lintian >/dev/null; then
	# Outside Debian there is no bug to close; nor is there a site, or one of releases.
	no_matter=initial-upload-closes-no-bugs,no-homepage-field,debian-watch-file-is-missing
	lintian --allow-root --pedantic --display-info --tag-display-limit 0 \
		--suppress-tags "$no_matter" \
		"$tmp/a"/*.changes >"$tmp/lintian" 2>&1
	grep '^[A-Z]: ' "$tmp/lintian" >"$tmp/tags"
	# Without a package there is nothing that it could find.
	[ -n "$(find "$tmp/a" -maxdepth 1 -name '*.deb')" ] || echo 'no packages' >>"$tmp/tags"
	is 'lintian, pedantic' "$(cat "$tmp/tags")" ''
else
	skip 'lintian' 'it is not there'
fi
step 'Debian: packages are installed' apt-get -qq -y install "$tmp/a"/*.deb
for t in "$top"/debian/tests/*; do
	[ -x "$t" ] || continue
	mkdir -p "$tmp/autopkgtest"
	step "installed: $(basename "$t")" env "AUTOPKGTEST_TMP=$tmp/autopkgtest" \
		sh -c "cd $tmp/a/$name && mv build away; $t; s=\$?; mv away build; exit \$s"
	rm -rf "$tmp/autopkgtest"
done
ok 'installed: bash completes' bash -c '. /usr/share/bash-completion/completions/pfnscope'
ok 'installed: manual pages' sh -c "dpkg -L pfnscope libpfnscope-dev | grep -c '/man[13]/.*gz'"
step 'Debian: packages are removed' apt-get -qq -y purge pfnscope libpfnscope0 libpfnscope-dev \
	crash-pfnscope python3-pfnscope pfnscope-kdump
is 'Debian: nothing is left' "$(find / -xdev -path /proc -prune -o -path /tmp -prune -o \
	-path /srv -prune -o -name '*pfnscope*' ! -path '/var/lib/*' ! -path '/root/*' -print)" ''

# ---- RPM: by Debian's rpmbuild, whose packages have other names than Fedora's ----

if command -v rpmbuild >/dev/null; then
	# shellcheck disable=SC2317 # run by step
	build_rpm() {
		rpmbuild --nodeps -ta --define "_topdir $1" --define 'debug_package %{nil}' \
			--define '_build_name_fmt %%{NAME}-%%{VERSION}.rpm' \
			--define 'use_source_date_epoch_as_buildtime 1' \
			--define '_buildhost pfnscope' \
			--define 'clamp_mtime_to_source_date_epoch 1' \
			"$tarball"
	}
	step 'RPM: packages are built' build_rpm "$tmp/rpm"
	is 'RPM: which' "$(cd "$tmp/rpm/RPMS" && echo *)" "$(printf '%s\n' crash-pfnscope pfnscope \
		pfnscope-devel pfnscope-kdump pfnscope-libs | sed "s/\$/-$version.rpm/" | paste -sd ' ')"
	if command -v rpmlint >/dev/null; then
		rpmlint -c "$top/packaging/rpmlint.toml" "$top/packaging/pfnscope.spec" \
			"$tmp/rpm/RPMS" >"$tmp/rpmlint" 2>&1
		is 'rpmlint' "$(grep -E ': [WE]: ' "$tmp/rpmlint")" ''
	fi
	mkdir "$tmp/root"
	step 'RPM: packages are unpacked' sh -c "cd $tmp/root && for f in $tmp/rpm/RPMS/*.rpm; do
		rpm2cpio \$f | cpio -idm --quiet || exit; done"
	run env "LD_LIBRARY_PATH=$(dirname "$(find "$tmp/root" -name libpfnscope.so.0)")" \
		"$tmp/root/usr/bin/pfnscope" -q "$top/testdumps/s1/s1.kdump"
	is 'RPM: a verdict' "$status" 1
else
	skip 'RPM' 'no rpmbuild'
fi

# ---- Below a user's own prefix ----

# A program, since run() takes no function.
cat >"$tmp/as-user" <<EOT
#!/bin/sh
exec setpriv --reuid 65534 --regid 65534 --clear-groups env HOME=$tmp/home \
	PFNSCOPE_BOOTSTRAP=no "\$@"
EOT
chmod 755 "$tmp/as-user"
tar -C "$tmp" -xf "$tarball"
mkdir "$tmp/home"
chmod 755 "$tmp"
chown -R 65534:65534 "$tmp/$name" "$tmp/home"
step 'user: make install below the home' "$tmp/as-user" make -C "$tmp/$name" LIBDRGN=0 install "prefix=$tmp/home/x"
like 'user: says how crash loads the extension' "$tmp/step" "extend $tmp/home/x/.*/pfnscope.so"
run "$tmp/as-user" "$tmp/home/x/bin/pfnscope" -q "$top/testdumps/s1/s1.kdump"
is 'user: a verdict' "$status" 1
run "$tmp/as-user" "$tmp/home/x/bin/pfnscope" --crash-extension
is 'user: where the extension is' "$(cat "$tmp/out")" "$tmp/home/x/lib/crash/extensions/pfnscope.so"
gcc -g -O0 -ffreestanding -fno-pic -no-pie -fno-stack-protector -mcmodel=kernel -nostdlib \
	-static -Wl,-Ttext=0xffffffff81000000,--build-id=none,-e,_stext \
	-o "$tmp/home/vmlinux" "$top/testdumps/crash/vmlinux.c"
printf 'extend %s\npfnscope\nquit\n' "$(cat "$tmp/out")" | "$tmp/as-user" crash -s --minimal \
	"$tmp/home/vmlinux" "$top/testdumps/s1/s1.kdump" >"$tmp/crash" 2>&1
like 'user: a verdict in crash' "$tmp/crash" '^EXPLAINED: stable_page_flags'

# ---- The wheel, beside drgn, in a Python of its own ----

if python3 -m build --version >/dev/null 2>&1 && command -v auditwheel patchelf >/dev/null; then
	step 'wheel and sdist are built' env -C "$tmp/$name" PYTHON=python3 \
		packaging/wheel/build "$tmp/wheels"
	like 'the wheel is for other systems, too' "$tmp/step" 'manylinux'
	step 'pip installs the wheel, without root' "$tmp/as-user" sh -c "python3 -m venv \
		--system-site-packages $tmp/home/venv && $tmp/home/venv/bin/pip install -q \
		--no-index \
		--no-deps $tmp/wheels/*.whl"
	step 'import pfnscope beside drgn: a verdict' "$tmp/as-user" env -C "$top" "$tmp/home/venv/bin/python3" -c '
import drgn, pfnscope
prog = drgn.Program()
prog.set_core_dump("testdumps/s1/s1.kdump")
assert "site-packages" in pfnscope.__file__, pfnscope.__file__
assert pfnscope.diagnose(prog).verdict.page.pfn == 0x14000'
else
	skip 'wheel' 'no python3-build, auditwheel or patchelf'
fi

step 'user: make uninstall' "$tmp/as-user" make -C "$tmp/$name" LIBDRGN=0 uninstall "prefix=$tmp/home/x"
is 'user: nothing is left' "$(find "$tmp/home/x" ! -type d)" ''

# ---- The ABI, against the last release ----

old=$(find "$dist/.." -name libpfnscope.so.last -print -quit)
if [ -n "$old" ] && command -v abidiff >/dev/null; then
	# Of structures, those that a program sees.
	step 'ABI: nothing is taken away' abidiff --no-added-syms \
		--headers-dir1 "$(dirname "$old")/include.last" \
		--headers-dir2 "$tmp/$name/include/pfnscope" "$old" "$tmp/$name/build/libpfnscope.so"
else
	skip 'ABI' 'no tag before this one, or no abidiff'
fi

done_testing
