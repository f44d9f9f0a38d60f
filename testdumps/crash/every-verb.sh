# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Every verb that takes a dump, in a session of a debugger, against the command line.
# Sourced after lib.sh by those who define
#
#	in_session LINE...	these lines in a session that has the dump open

# shellcheck disable=SC2034 # for those who source this
same_report='del(.dump, .target, .limits, .facts[].from, .panic.stack)'

# What two readers of one dump have in common, of any verb.
same_verb='del(.dump, .target, .limits, .facts[]?.from, .panic?.stack)'

# every_verb NAME PFN "READER..." DUMP...: DUMP... is what the command line gets.
every_verb() {
	every_name=$1 every_pfn=$2 every_readers=$3
	shift 3
	mkdir -p "$tmp/verbs"
	rm -rf "$tmp/verbs"/*
	for verb in diagnose check pfn sections vmemmap map facts signature; do
		[ "$verb" = pfn ] && x=$every_pfn || x=
		"$pfnscope" "$verb" --exit-zero --json "$@" ${x:+"$x"} 2>/dev/null |
			jq "$same_verb" >"$tmp/verbs/$verb.want"
	done
	for reader in $every_readers; do
		at=$tmp/verbs/$reader
		in_session "pfnscope --json --reader=$reader > $at.diagnose" \
			"pfnscope --json --reader=$reader check > $at.check" \
			"pfnscope --json --reader=$reader pfn $every_pfn > $at.pfn" \
			"pfnscope --json --reader=$reader sections > $at.sections" \
			"pfnscope --json --reader=$reader vmemmap > $at.vmemmap" \
			"pfnscope --json --reader=$reader map > $at.map" \
			"pfnscope --json --reader=$reader facts > $at.facts" \
			"pfnscope --json --reader=$reader signature > $at.signature" \
			"pfnscope --reader=$reader distill -o $at.kdump" \
			"pfnscope --reader=$reader report -o $at.ticket"
		differ=
		for verb in diagnose check pfn sections vmemmap map facts signature; do
			jq "$same_verb" "$at.$verb" >"$at.got" 2>/dev/null
			cmp -s "$at.got" "$tmp/verbs/$verb.want" && [ -s "$at.got" ] ||
				differ="$differ $verb"
		done
		is "$every_name: --reader=$reader: every verb as on the command line" "$differ" ""
		for got in kdump ticket/report.json ticket/memmap.kdump; do
			case $got in
			*kdump) "$pfnscope" --exit-zero --json "$at.$got" 2>/dev/null ;;
			*) cat "$at.$got" ;;
			esac | jq -S '{verdict, findings}' >"$at.got"
			jq -S '{verdict, findings}' "$tmp/verbs/diagnose.want" >"$at.want"
			same "$every_name: --reader=$reader: $got has that verdict" "$at.got" "$at.want"
		done
		ok "$every_name: --reader=$reader: the dump has a size and a format" holds \
			'.dump.bytes > 0 and .dump.format != "unknown"' "$at.diagnose"
	done
}
