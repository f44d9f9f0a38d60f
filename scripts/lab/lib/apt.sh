# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Packages of any Debian suite, through a private apt: nothing of the system's
# own configuration or state is changed. The mirrors are those of the system.

# apt_mirror main|security: the URI that the system's own sources name.
apt_mirror()
{
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 2>/dev/null |
		awk -v want="$1" '
			{ kind = $2 ~ /-security$/ ? "security" : "main" }
			kind == want && $2 !~ /-(updates|backports)$/ { print $1; exit }'
}

# apt_dir SUITE: where its lists are, as ARCH sees it.
apt_dir()
{
	echo "$LAB/apt/$1$([ "$ARCH" = amd64 ] || echo "-$ARCH")"
}

# apt_private SUITE TOOL ARGS...: apt-get or apt-cache, as if this were SUITE on ARCH.
apt_private()
{
	local dir tool=$2

	dir=$(apt_dir "$1")
	shift 2
	"$tool" -qq -o "Dir::Etc::sourcelist=$dir/sources.list" \
		-o Dir::Etc::sourceparts=- -o "Dir::State=$dir" \
		-o "Dir::State::lists=$dir/lists" -o Dir::State::status=/dev/null \
		-o "Dir::Cache=$dir/cache" -o APT::Sandbox::User=root \
		-o "APT::Architecture=$ARCH" -o "APT::Architectures=$ARCH" "$@"
}

# apt_update SUITE: fetch its lists, at most once a day.
apt_update()
{
	local suite=$1 dir key=/usr/share/keyrings/debian-archive-keyring.gpg main security

	dir=$(apt_dir "$1")
	[ -z "$(find "$dir/updated" -mtime -1 2>/dev/null)" ] || return 0
	main=$(apt_mirror main)
	security=$(apt_mirror security)
	if [ -z "$main" ] || [ -z "$security" ]; then
		die "no Debian mirror in the system's apt sources"
	fi
	mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
	cat >"$dir/sources.list" <<-EOF
		deb [signed-by=$key] $main $suite main
	EOF
	case $suite in
	# Gets its fixes as it gets all else.
	sid) ;;
	# Has only what differs from sid.
	experimental) echo "deb [signed-by=$key] $main sid main" >>"$dir/sources.list" ;;
	*) echo "deb [signed-by=$key] $security $suite-security main" >>"$dir/sources.list" ;;
	esac
	say "apt lists of $suite, $ARCH"
	apt_private "$suite" apt-get update >&2 && touch "$dir/updated"
}

# apt_newest SUITE REGEX: the newest package whose whole name matches.
apt_newest()
{
	apt_update "$1"
	apt_private "$1" apt-cache pkgnames | grep -xE "$2" | sort -V | tail -n 1
}

# apt_fetch SUITE PACKAGE: download it once, and print where the .deb is.
apt_fetch()
{
	local dir=$LAB/dl version

	apt_update "$1"
	mkdir -p "$dir"
	version=$(apt_private "$1" apt-cache show --no-all-versions "$2" |
		sed -n 's/^Version: //p')
	[ -n "$version" ] || die "no package $2 in $1"
	set -- "$1" "$2" "$dir/${2}_${version//:/%3a}"
	if ! compgen -G "$3_$ARCH.deb" && ! compgen -G "$3_all.deb"; then
		say "download $2 $version"
		(cd "$dir" && apt_private "$1" apt-get download "$2") >&2 ||
			die "cannot download $2"
		compgen -G "$3_$ARCH.deb" || compgen -G "$3_all.deb"
	fi
}

# deb_unpack FILE DIR: a directory of the package may be a link in DIR.
deb_unpack()
{
	dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" --keep-directory-symlink ||
		die "cannot unpack $1"
}

# apt_extract SUITE PACKAGE DIR [PACKAGE...]: the packages and all that they depend on,
# unpacked and not installed. What is there already is unpacked again only where it is older.
apt_extract()
{
	local dir suite=$1 name=$2 root=$3 deb

	dir=$(apt_dir "$1")
	shift 3
	apt_update "$suite"
	mkdir -p "$dir/$name/partial" "$root"
	say "$name of $suite and what it needs"
	apt_private "$suite" apt-get install -y --download-only --no-install-recommends \
		-o "Dir::Cache::archives=$dir/$name" -o Debug::NoLocking=1 "$name" "$@" >&2 ||
		die "cannot download $name of $suite"
	# First of all the links that merge /usr.
	for deb in "$dir/$name"/base-files_*.deb "$dir/$name"/*.deb; do
		[ ! -f "$deb" ] || deb_unpack "$deb" "$root"
	done
}
