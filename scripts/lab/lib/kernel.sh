# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# Kernels. A recipe kernels/NAME.sh sets KIND and what that kind needs; the
# result is $LAB/kernel/NAME/{image,vmlinux,release,stamp}.
#
#   KIND=source  SUITE PACKAGE FRAGMENTS PATCHES: Debian's source package, patched,
#                allnoconfig plus fragments. Kernels of the same FRAGMENTS share a
#                build directory under $LAB/obj: only what a patch touches is built.
#   KIND=deb     SUITE REGEX: the newest image package whose name matches, its
#                modules and, as an oracle only, the vmlinux of its -dbg package.
#   both         ARCH where it is not amd64 (see lib/arch.sh)
#                MODULES to load in the guest, EXTRA modules (modules/NAME.c);
#                DRIVER: a folder of PACKAGE's source whose modules Debian leaves out of its
#                build, and OPTION, which puts them in
#                TOOLS: the suite of the guest's tools where this system's are too old
#                for the kernel (makedumpfile reads struct page)

kernel_load()
{
	ARCH=amd64 KIND='' SUITE='' PACKAGE='' FRAGMENTS='' PATCHES='' REGEX='' MODULES=''
	EXTRA='' TOOLS='' DRIVER='' OPTION=''
	[ -f "$HERE/kernels/$1.sh" ] || die "no kernel recipe '$1'"
	# shellcheck source=/dev/null
	. "$HERE/kernels/$1.sh"
	arch_load "$ARCH"
	# Where modules can be built at all, any case may ask the kernel itself, and hide a secret.
	[ -z "$EXTRA" ] || EXTRA="$EXTRA lab_predicates lab_secret"
}

# source_tree: unpack SUITE's newest PACKAGE once, and print where it is. The
# path has no version, so that build directories stay usable for the next one.
source_tree()
{
	local deb dir=$LAB/src/$PACKAGE

	deb=$(apt_fetch "$SUITE" "$PACKAGE")
	if ! fresh "$dir/.lab-version" "${deb##*/}"; then
		say "unpack ${deb##*/}"
		rm -rf "$dir"
		mkdir -p "$dir"
		dpkg-deb --fsys-tarfile "$deb" | tar -xO "./usr/src/$PACKAGE.tar.xz" |
			tar -xJ -C "$dir" --strip-components=1
		printf '%s\n' "${deb##*/}" >"$dir/.lab-version"
	fi
	printf '%s\n' "$dir"
}

# source_unpatch SRC: take back the patches of a build, whole or broken off.
source_unpatch()
{
	local p

	for p in "$1"/.lab-patch-*; do
		[ -e "$p" ] || continue
		patch -s -R -p1 --no-backup-if-mismatch -d "$1" <"$p" && rm "$p"
	done
}

# kbuild ARGS...: make, for ARCH.
kbuild() { nice make ARCH="$KARCH" CROSS_COMPILE="$CROSS" "$@"; }

# configure SRC OUT: allnoconfig and FRAGMENTS; stop where one was not heeded.
configure()
{
	local f line

	mkdir -p "$2"
	kbuild -s -C "$1" O="$2" allnoconfig >/dev/null
	for f in $FRAGMENTS; do
		cat "$HERE/kernels/$f.fragment" >>"$2/.config"
	done
	kbuild -s -C "$1" O="$2" olddefconfig >/dev/null 2>&1
	for f in $FRAGMENTS; do
		grep -E '^CONFIG_[A-Z0-9_]+=[ym]' "$HERE/kernels/$f.fragment" |
			while read -r line; do
			grep -qxF "$line" "$2/.config" || say "not in effect: $line"
		done
	done
}

# kernel_source NAME: the tree is shared, one build at a time.
kernel_source()
{
	local src obj=$LAB/obj/${FRAGMENTS// /+} out=$LAB/kernel/$1 p rc=0

	need make "${CROSS}gcc" flex bison bc pahole
	src=$(source_tree)
	mkdir -p "$out"
	(
		exec 9>"$src.lock"
		flock 9
		source_unpatch "$src"
		for p in $PATCHES; do
			patch -s -p1 --no-backup-if-mismatch -d "$src" <"$HERE/kernels/$p.patch" ||
				die "$p.patch does not apply"
			cp "$HERE/kernels/$p.patch" "$src/.lab-patch-$p"
		done
		configure "$src" "$obj"
		say "build $1, log in $out/build.log"
		kbuild -C "$obj" -j"$JOBS" "$IMAGE" vmlinux >"$out/build.log" 2>&1 || rc=$?
		source_unpatch "$src"
		[ $rc = 0 ] || exit $rc
		cp "$obj/vmlinux" "$obj/System.map" "$out/"
		cp "$obj/$IMAGE_PATH" "$out/image"
		cp "$obj/.config" "$out/config"
		cp "$obj/include/config/kernel.release" "$out/release"
	) || die "kernel $1 does not build, see $out/build.log"
}

# deb_depends SUITE PACKAGE REGEX: those of its direct dependencies that match.
deb_depends()
{
	apt_private "$1" apt-cache depends "$2" | sed -nE "s/^ *(Pre)?Depends: ($3)\$/\2/p"
}

# kernel_deb NAME: since 7.2 an image package only names those of its parts.
kernel_deb()
{
	local out=$LAB/kernel/$1 package p

	package=$(apt_newest "$SUITE" "$REGEX")
	[ -n "$package" ] || die "no package matches $REGEX in $SUITE"
	rm -rf "$out"
	mkdir -p "$out/root/usr/lib"
	ln -s usr/lib "$out/root/lib"
	for p in "$package" $(deb_depends "$SUITE" "$package" 'linux-(base|binary|modules)-.*'); do
		deb_unpack "$(apt_fetch "$SUITE" "$p")" "$out/root"
	done
	basename "$out"/root/lib/modules/* >"$out/release"
	find "$out/root" -name '*.ko.xz' -exec unxz {} +
	depmod -b "$out/root" "$(cat "$out/release")"
	for p in "$out"/root/boot/vmlinu[xz]-* "$out"/root/lib/modules/*/vmlinuz; do
		[ ! -f "$p" ] || ln -sf "${p#"$out/"}" "$out/image"
	done
	dpkg-deb --fsys-tarfile "$(apt_fetch "$SUITE" "$package-dbg")" |
		tar -x -C "$out" --transform 's,.*/,,' --wildcards './usr/lib/debug/boot/vmlinux-*' \
			'./usr/lib/debug/lib/modules/*/vmlinux' 2>/dev/null
	# One of the two is the file, the other a link to where it was.
	find "$out" -maxdepth 1 -type f -name 'vmlinux-*' -exec mv {} "$out/vmlinux" \;
	rm -f "$out"/vmlinux-*
	[ -f "$out/vmlinux" ] || die "no vmlinux in $package-dbg"
}

# kernel_extra NAME: build the modules of EXTRA for this kernel, where they changed.
kernel_extra()
{
	local out=$LAB/kernel/$1 build=$LAB/kernel/$1/extra m files=("$LAB/kernel/$1/stamp")
	local hash headers

	for m in $EXTRA; do files+=("$HERE/modules/$m.c"); done
	hash=$(stamp "${files[@]}")
	fresh "$build/stamp" "$hash" && return 0
	rm -rf "$build"
	mkdir -p "$build"
	for m in $EXTRA; do
		cp "$HERE/modules/$m.c" "$build/"
		printf 'obj-m += %s.o\n' "$m" >>"$build/Makefile"
	done
	if [ -n "$DRIVER" ]; then
		cp -r "$(source_tree)/$DRIVER" "$build/"
		printf 'export %s := m\nobj-m += %s/\n' "$OPTION" "${DRIVER##*/}" >>"$build/Makefile"
	fi
	if [ "$KIND" = source ]; then
		headers=$LAB/obj/${FRAGMENTS// /+}
		[ -f "$headers/.config" ] || configure "$(source_tree)" "$headers"
		kbuild -s -C "$headers" modules_prepare >"$build/build.log" 2>&1
		kbuild -C "$headers" M="$build" KBUILD_MODPOST_WARN=1 modules >>"$build/build.log" 2>&1
	else
		suite_make "linux-headers-$(cat "$out/release")" "$build" >"$build/build.log" 2>&1
	fi || die "modules for $1 do not build, see $build/build.log"
	printf '%s\n' "$hash" >"$build/stamp"
}

# suite_make HEADERS DIR: modules, by the compiler that the kernel was built with: SUITE's own,
# in a root of its own that has nothing else but the headers. Of another architecture, the
# headers are text, and this machine's are the tools beside them.
suite_make()
{
	local root=$LAB/headers/$SUITE${CROSS:+-$ARCH} headers=$1 want=("$1") p

	need unshare
	if [ "$CROSS" ]; then
		want=()
		for p in $(deb_depends "$SUITE" "$headers" 'linux-kbuild-.*|gcc-[0-9]+.*'); do
			case $p in
			gcc-*) p=$(echo "$p" | grep -oE '^gcc-[0-9]+')-${CROSS%-} ;;
			esac
			want+=("$p")
		done
	fi
	(
		[ -z "$CROSS" ] || ARCH=$(dpkg --print-architecture)
		apt_extract "$SUITE" "${want[0]}" "$root" "${want[@]:1}" base-files bash coreutils dash \
			findutils gawk grep make perl-base sed
	) || return
	if [ "$CROSS" ]; then
		for p in "$headers" $(deb_depends "$SUITE" "$headers" 'linux-headers-.*-common'); do
			deb_unpack "$(apt_fetch "$SUITE" "$p")" "$root"
		done
	fi
	mkdir -p "$root"/{dev,proc,build,tmp}
	ln -sf gawk "$root/usr/bin/awk"
	# shellcheck disable=SC2016
	unshare --map-root-user --mount sh -ec '
		mount --rbind /dev "$1/dev"
		mount --rbind /proc "$1/proc"
		mount --bind "$2" "$1/build"
		exec chroot "$1" /usr/bin/make -C "/usr/src/$3" ARCH="$4" CROSS_COMPILE="$5" \
			M=/build modules' sh "$root" "$2" "$headers" "$KARCH" "$CROSS"
}

# kernel_hash NAME: over all that a kernel is made from, but for Debian's package.
kernel_hash()
{
	local f files=("$HERE/kernels/$1.sh")

	for f in $FRAGMENTS; do files+=("$HERE/kernels/$f.fragment"); done
	for f in $PATCHES; do files+=("$HERE/kernels/$f.patch"); done
	stamp "${files[@]}"
}

# kernel_build NAME: leave the recipe's variables set, whether built or cached.
kernel_build()
{
	local hash

	kernel_load "$1"
	hash=$(kernel_hash "$1")
	mkdir -p "$LAB/kernel"
	(
		exec 7>"$LAB/kernel/$1.lock"
		flock 7
		if ! fresh "$LAB/kernel/$1/stamp" "$hash"; then
			"kernel_$KIND" "$1"
			printf '%s\n' "$hash" >"$LAB/kernel/$1/stamp"
		fi
		[ -z "$EXTRA" ] || kernel_extra "$1"
	) || die "kernel $1: failed"
}
