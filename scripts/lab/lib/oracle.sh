# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the guests said, for the scripts that hold pfnscope against it.

# oracle FILE MARK: what the guest said between two marks.
oracle()
{
	sed -n "/^<<<< $2\$/,/^>>>> $2\$/p" "$1" | sed '1d; $d'
}

# pfn_json DUMP VMLINUX PFN: what pfnscope says of one page.
pfn_json()
{
	"$PFNSCOPE" pfn --json --progress=never "$1" "$2" "pfn:$3" 2>/dev/null
}
