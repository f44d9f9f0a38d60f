#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The JSON of real machines is as include/pfnscope/report.schema.json and
# check.schema.json say, and these say enough: a document with a key too many or
# too few is none. synthetic.t and damage.t validate theirs.
# shellcheck source=testdumps/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

mkdir "$tmp/report" "$tmp/check"
for origin in "$top"/testdumps/*/ORIGIN; do
	name=$(basename "$(dirname "$origin")")
	dump=$(dirname "$origin")/$name.kdump
	run "$pfnscope" --json "$dump"
	cp "$tmp/out" "$tmp/report/$name.json"
	run "$pfnscope" check --json "$dump"
	cp "$tmp/out" "$tmp/check/$name.json"
done
for kind in report check; do
	valid "$kind: all $(find "$tmp/$kind" -name '*.json' | wc -l) documents" \
		--mutate "$kind" "$tmp/$kind"/*.json
done

done_testing
