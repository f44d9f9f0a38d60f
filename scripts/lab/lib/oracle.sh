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

# What a report has with and without a vmlinux, as a jq program.
alike() # case
{
	case ${MACHINE-}:$1 in
	# Built without KALLSYMS_ALL: where variables are, only the vmlinux knows, and so zones
	# and the notes that take them. Without BTF, the same of types, and what is inferred from
	# memory is of medium confidence.
	old:* | *@5.10-arm64 | *@6.1-arm64)
		echo '.verdict |= {status, pfn, state, mechanism, fixes} |
			.findings |= map(select(.severity != "note") | {code, severity, start, pages}) |
			{verdict, findings, panic} |
			del(.panic.candidates, .panic.locals)'
		;;
	*) echo 'del(.facts[]?.from)' ;;
	esac
}
