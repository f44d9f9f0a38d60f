# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# Shared functions of the lab. Sourced by ./lab, never run.

LAB=${PFNSCOPE_LAB:-$HOME/.cache/pfnscope/lab}
JOBS=${PFNSCOPE_LAB_JOBS:-$(nproc)}

say() { printf 'lab: %s\n' "$*" >&2; }
die() { say "$*"; exit 2; }

# need COMMAND...: stop unless all of them can be run.
need()
{
	local c

	for c; do
		command -v "$c" >/dev/null || die "'$c' is not installed, see README.md"
	done
}

# stamp FILE...: one hash over the contents of these files; of recipes and kernel
# configurations without comments and what only words or checks a result.
stamp()
{
	local f words='TITLE\|SHOWS\|KERNELS\|WITHOUT\|DEFECT'

	for f; do
		case $f in
		*.sh | *.fragment)
			sed "/^#/d; /^$/d; /^\\($words\\)=/d; /^ITEMS='.*'/d; /^ITEMS='/,/'$/d" -- "$f"
			;;
		*) cat -- "$f" ;;
		esac
	done | sha256sum | cut -d' ' -f1
}

# fresh STAMPFILE HASH: true where an earlier run left just this hash.
fresh() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }

for lib in arch apt kernel initramfs qemu case hosts; do
	# shellcheck source=/dev/null
	. "$HERE/lib/$lib.sh"
done