# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Fresh Debian systems of any suite in a folder, from the mirrors and with the settings
# by which this machine's own apt reaches them. Sourced by fresh-check, check-suites and
# check-packages. Takes root, and mmdebstrap or debootstrap.

# chroot_mirror main|security: the URI in this machine's own sources.
chroot_mirror() {
	# shellcheck disable=SC2016 # apt's own variables
	apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 2>/dev/null | awk -v want="$1" '
		{ kind = $2 ~ /-security$/ ? "security" : "main" }
		kind == want && $2 !~ /-(updates|backports)$/ { print $1; exit }'
}

# chroot_sources SUITE: its sources.list.
chroot_sources() (
	main=$(chroot_mirror main)
	security=$(chroot_mirror security)
	echo "deb ${main:-http://deb.debian.org/debian} $1 main"
	case $1 in
	sid | unstable)	;;
	*)	echo "deb ${security:-http://security.debian.org/debian-security} $1-security main" ;;
	esac
)

# chroot_unmount ROOT
chroot_unmount() {
	! mountpoint -q "$1/dev/pts" || umount "$1/dev/pts"
	! mountpoint -q "$1/proc" || umount "$1/proc"
}

# chroot_mount ROOT: what programs expect of a system that runs.
chroot_mount() {
	mountpoint -q "$1/proc" || mount -t proc proc "$1/proc"
	mkdir -p "$1/dev/pts"
	mountpoint -q "$1/dev/pts" ||
		mount -t devpts -o newinstance,ptmxmode=0666 devpts "$1/dev/pts"
	ln -sf pts/ptmx "$1/dev/ptmx"
}

# chroot_make SUITE ROOT PACKAGES: anew, with these and nothing else. PACKAGES: a,b,c.
chroot_make() {
	chroot_unmount "$2"
	rm -rf "$2"
	mkdir -p "$2"
	apt-config dump Acquire >"$2.conf"
	if command -v mmdebstrap >/dev/null; then
		chroot_sources "$1" >"$2.list"
		mmdebstrap --quiet --variant=minbase --include="$3" --aptopt="$2.conf" "$1" "$2" \
			"$2.list" || return
		rm "$2.list"
	else
		debootstrap --variant=minbase --include="$3" "$1" "$2" "$(chroot_mirror main)" || return
	fi
	mv "$2.conf" "$2/etc/apt/apt.conf.d/99host"
	cp /etc/resolv.conf "$2/etc/resolv.conf"
	# And the certificates that this machine's administrator trusts.
	if [ -d /usr/local/share/ca-certificates ] &&
	   [ -x "$2/usr/sbin/update-ca-certificates" ]; then
		cp -r /usr/local/share/ca-certificates "$2/usr/local/share/"
		chroot "$2" update-ca-certificates >/dev/null 2>&1
	fi
	chroot_mount "$2"
}

# chroot_run ROOT COMMAND...: with nothing of this machine's environment.
chroot_run() (
	root=$1
	shift
	env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb \
		LC_ALL=C.UTF-8 \
		DEBIAN_FRONTEND=noninteractive chroot "$root" "$@"
)

# chroot_clone ROOT: HEAD of this checkout, as /srv/pfnscope in it.
chroot_clone() {
	rm -rf "$1/srv/pfnscope.git"
	git clone -q --bare . "$1/srv/pfnscope.git"
	chroot_run "$1" git -c safe.directory='*' clone -q /srv/pfnscope.git /srv/pfnscope
}

chroot_want_root() {
	if [ "$(id -u)" != 0 ]; then
		echo "${0##*/}: a chroot takes root" >&2
		exit 2
	fi
}
