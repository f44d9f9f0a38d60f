# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# One initramfs per kernel: busybox, the guest scripts, the tools with their
# libraries, and the modules that the kernel's recipe names. The capture kernel
# runs the same one, so it is also carried inside, with the kernel, under /boot.

# add_program ROOT PROGRAM FROM: copy a program and what it is linked with, from this
# system or from a root that has another suite's.
add_program()
{
	local path

	path=$(PATH=$3/usr/bin:$3/usr/sbin:$3/bin:$3/sbin type -P "$2") ||
		die "'$2' is not installed, see README.md"
	install -D "$(readlink -f "$path")" "$1/usr/bin/$2"
	add_libraries "$1" "$path" "$3"
}

# add_libraries ROOT FILE FROM: copy what a program or library is linked with.
add_libraries()
{
	local lib ld=$3/$LOADER

	install -D "$(readlink -f "$ld")" "$1/$LOADER"
	# shellcheck disable=SC2086
	$EMULATOR "$ld" --library-path "$3/usr/lib/$TRIPLET" --list "$2" |
		grep -oE '/[^ ]+' | grep -v "/${LOADER##*/}$" |
		while read -r lib; do
			install -D "$(readlink -f "$lib")" "$1/usr/lib/$TRIPLET/${lib##*/}"
		done
}

# add_modules ROOT KERNELDIR MODULE...: copy them and what they depend on. (Not
# with modprobe --show-depends: it leaves out what this machine's kernel has.)
add_modules()
{
	local root from release m path

	release=$(cat "$2/release")
	from=$2/root/lib/modules/$release
	root=$1/lib/modules/$release
	shift 2
	for m; do
		grep -E "(^|/)${m//_/[-_]}\.ko:" "$from/modules.dep" | tr -d : | tr ' ' '\n'
	done | sort -u | while read -r path; do
		[ -z "$path" ] || install -D -m 644 "$from/$path" "$root/$path"
	done
	cp "$from"/modules.{order,builtin,builtin.modinfo} "$root/"
	depmod -b "${root%/lib/modules/*}" "$release"
}

# initramfs_build KERNEL: leave $LAB/initramfs/KERNEL.cpio.gz.
initramfs_build()
{
	local kdir=$LAB/kernel/$1 out=$LAB/initramfs/$1.cpio.gz root hash t tools= bin

	bin=$(command -v busybox)
	hash=$({ cat "$kdir/stamp" "$kdir"/extra/stamp; find "$HERE/guest" -type f -print0 | sort -z |
		xargs -0 cat; cat "$HERE/lib/initramfs.sh"; } | sha256sum)
	fresh "$out.stamp" "$hash" && return 0
	need busybox cpio gzip depmod
	say "initramfs for $1"
	mkdir -p "$LAB/initramfs"
	if [ "$TOOLS" ]; then
		tools=$LAB/tools/$TOOLS
		[ "$ARCH" = amd64 ] || tools+=-$ARCH
		# shellcheck disable=SC2086
		apt_extract "$TOOLS" ndctl "$tools" base-files busybox-static \
			${GUEST_TOOLS/kexec/kexec-tools}
		bin=$tools/bin/busybox
	fi
	root=$(mktemp -d "$LAB/initramfs/root.XXXXXX")
	mkdir -p "$root"/{bin,sbin,usr/bin,proc,sys,dev,tmp,mnt,lab,boot}
	install "$bin" "$root/bin/busybox"
	busybox --list | grep -vx busybox | while read -r t; do
		ln -s busybox "$root/bin/$t"
	done
	for t in $GUEST_TOOLS; do
		add_program "$root" "$t" "$tools"
	done
	cp -r "$HERE/guest/." "$root/lab/"
	ln -s lab/init "$root/init"
	printf '%s\n' "$MODULES" >"$root/lab/modules"
	if [ -n "$MODULES" ]; then
		# shellcheck disable=SC2086
		add_modules "$root" "$kdir" $MODULES
	fi
	find "$kdir/extra" -name '*.ko' -exec cp {} "$root/lab/" \; 2>/dev/null
	(cd "$root" && find . | cpio -o -H newc --quiet | gzip -6) >"$root.capture"
	rm -rf "${root:?}"/*
	mkdir "$root/boot"
	mv "$root.capture" "$root/boot/capture.cpio.gz"
	cp "$kdir/image" "$root/boot/image"
	{
		cat "$root/boot/capture.cpio.gz"
		(cd "$root" && find . | cpio -o -H newc --quiet | gzip -1)
	} >"$out"
	rm -rf "${root:?}"
	printf '%s\n' "$hash" >"$out.stamp"
}
