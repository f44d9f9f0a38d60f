# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# crash and drgn of other releases, unpacked and not installed.

# crash_of NAME FOLDER: a folder below FOLDER that has the crash of a suite, for PATH.
crash_of()
{
	local root=$LAB/crash/$1 lib dir=$2/$1

	mkdir -p "$dir"
	if [ "$1" = system ]; then
		command -v crash >/dev/null || return 1
		ln -sf "$(command -v crash)" "$dir/crash"
	else
		# No kernel has been loaded, whose architecture it would be.
		[ -x "$root/usr/bin/crash" ] || (
			arch_load "$(dpkg --print-architecture)"
			apt_extract "$1" crash "$root"
		) >&2 || return 1
		lib=$root/usr/lib/x86_64-linux-gnu
		cat >"$dir/crash" <<-EOF
			#!/bin/sh
			exec $lib/ld-linux-x86-64.so.2 --library-path $lib --argv0 crash \\
				$root/usr/bin/crash "\$@"
		EOF
		chmod +x "$dir/crash"
	fi
	echo "$dir"
}

# python_of DRGN: a Python that has this drgn: system (Debian's), or a release on PyPI.
python_of()
{
	local dir=$LAB/drgn/$1

	if [ "$1" = system ]; then
		/usr/bin/python3 -c 'import drgn' 2>/dev/null && echo /usr/bin/python3
		return
	fi
	if ! "$dir/bin/python" -c 'import drgn' 2>/dev/null; then
		say "drgn $1"
		python3 -m venv "$dir" >&2 && "$dir/bin/pip" install -q "drgn==$1" >&2 || return 1
	fi
	echo "$dir/bin/python"
}
