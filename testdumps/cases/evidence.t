#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What the report says in words of some machines of testdumps/synthetic: which member it was,
# what the kernel's message means, and what was innocent. The words are those of the tool; that
# they are true of the machine follows from its text.
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

# Evidence of verdict and findings, and why each candidate was taken or not, one a line.
words() # dump
{
	"$pfnscope" diagnose --json "$1" |
		jq -r '(.verdict.evidence[], .findings[].evidence[], .panic.candidates[]?.why)'
}

while read -r name want; do
	[ -n "$name" ] || continue
	dump=$tmp/$name.dump
	[ -s "$dump" ] || mkdump "$top/testdumps/synthetic/$name.text" "$dump"
	words "$dump" >"$tmp/words" 2>&1
	case $want in
	!*)
		# shellcheck disable=SC2016 # sh -c has arguments of its own
		ok "$name: nothing of ${want#!}" \
			sh -c '! grep -qE -- "$1" "$2"' - "${want#!}" "$tmp/words"
		;;
	*) ok "$name: $want" grep -qE -- "$want" "$tmp/words" ;;
	esac
done <<'EOF'
slab-cache-one-bit its slab_cache holds 0xffff988002345d98
slab-cache-one-bit !its mapping
slab-freelist-one-bit its slab freelist holds .*; r14 holds that pointer
pgmap-one-bit its pgmap holds
memcg-behind-pointer its memcg_data holds .* 320 bytes behind that
buffer-head-wild its private \(buffer_head\) holds
mapping-one-bit its mapping holds
compound-order-over-end order 5: one bit from 4
compound-order-over-end ^it is innocent: it is behind the end
compound-order-right double free
compound-order-right !innocent
compound-tail-mapcount !double free
compound-dtor-followed 129, and there are 4
compound-dtor-followed compound_dtor 0x81 is one bit from valid, bit 7
log-double-free reference count had gone below zero
log-double-free !one bit from valid
log-double-free page_owner says "page_owner tracks the page as freed"
log-bad-page-state it holds what was printed$
log-bad-entry 0x8000123456789067 leads to physical 0x123456789000, of which there is no section
log-bad-entry-earlier leads to PFN 0x123456789, which has no section, and no struct page
compound-order-right but for what the kernel resets
log-bad-page-state !reference count
s3-4.18 ^a hole that no device claims: kernels before
s3-4.18-bare ^a hole, if no device claims it, which is not known: kernels before
EOF
done_testing
