#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# scripts/fleet without a cluster: when a chunk is done, what prepare keeps, what a task
# does that cannot work, and the status of merge. make check-fleet is with Slurm and
# GNU parallel.
# shellcheck source=testdumps/lib.sh
. "$(dirname "$(readlink -f "$0")")/../lib.sh"

clean=$top/testdumps/debian-6.1/debian-6.1.kdump
fleet=$top/scripts/fleet

# Names of awk's, sed's and the shell's, and a list that has another number of lines
# than there are dumps: a link to one of them, and both files of a split one.
mkdir -p "$tmp/dumps" "$tmp/a \\n&b"
cd "$tmp/a \\n&b" || exit
cp "$clean" "$tmp/dumps/a"
ln -s a "$tmp/dumps/link"
PYTHONDONTWRITEBYTECODE=1 python3 "$top/testdumps/corpus.py" split "$clean" "$tmp/dumps/split"
for name in a link split/vmcore.1 split/vmcore.2; do echo "$tmp/dumps/$name"; done >'x=1'
ls "$tmp/dumps/split" >"$tmp/log"
is 'the list: a split dump' "$(paste -sd ' ' "$tmp/log")" 'vmcore.1 vmcore.2'
run "$fleet" prepare -n 10 -b '--timeout 60' -c "$pfnscope" out x=1
is 'prepare: exit status' "$status$(cat "$tmp/err")" 0
is 'prepare: a chunk' "$(cat "$tmp/out") $("$fleet" todo out)" \
	'1 chunks, 0 done; 4 dumps, 0 rows 000001'
run "$fleet" run out 000001
is 'not a row a line: done' "$status $("$fleet" todo out)" '0 '
is 'not a row a line: two dumps' "$(wc -l <out/chunks/000001/results.jsonl)" 2

# A dump that goes away holds its chunk up, and no longer when told so.
cp "$clean" "$tmp/dumps/gone"
cp "$clean" "$tmp/dumps/stays"
printf '%s\n' "$tmp/dumps/gone" "$tmp/dumps/stays" >list
run env PATH=/usr/bin:/bin "$fleet" prepare -n 1 out list
is 'prepare again: exit status' "$status$(cat "$tmp/err")" 0
is 'prepare again: the options are kept' "$(xargs <out/options) $(cat out/command)" \
	"--timeout 60 $(readlink -f "$pfnscope")"
mv "$tmp/dumps/gone" "$tmp/away"
run "$fleet" run out 000002
is 'all dumps gone: exit status' "$status" 2
mv "$tmp/away" "$tmp/dumps/gone"
printf '%s\n' "$tmp/dumps/gone" "$tmp/dumps/a" >out/chunks/000002/list
rm "$tmp/dumps/gone"
run "$fleet" run out 000002
is 'a dump gone: not done' "$status $("$fleet" todo out | paste -sd ' ')" '2 000002 000003'
like 'a dump gone: named' "$tmp/err" '^pfnscope: skipped: .*/dumps/gone: No such file'
like 'a dump gone: what to do' "$tmp/err" '^fleet: chunk 000002: .*run -f'
run "$fleet" run -f out 000002
is 'a dump gone, -f: done' "$status $("$fleet" todo out)" '0 000003'
mv "$tmp/dumps/stays" "$tmp/away"
run "$fleet" run -f out 000003
is 'all dumps gone, -f: done' "$status $("$fleet" todo out)" '0 '
rm out/chunks/000003/done
mv "$tmp/away" "$tmp/dumps/stays"
mv out/command out/was
printf '#!/bin/sh\nexit 2\n' >"$tmp/fails"
chmod 755 "$tmp/fails"
echo "$tmp/fails" >out/command
run "$fleet" run -f out 000003
is 'no space, -f: not done' "$status $("$fleet" todo out)" '2 000003'
mv out/was out/command
run "$fleet" run out 000003
is 'all is done in the end' "$status $("$fleet" todo out)" '0 '

# Its status is that of the import.
run "$fleet" merge out all.db
is 'merge: exit status' "$status" 0
like 'merge: all rows' "$tmp/out" '^4 rows: 3 new dumps, '
echo '{}' >>out/chunks/000003/results.jsonl
run "$fleet" merge out all.db
is 'merge, a bad line: exit status' "$status" 3
mkdir dir.db
run "$fleet" merge out dir.db
is 'merge, no database: exit status' "$status" 2

# In a job, on a node that does not see the storage.
mkdir "$tmp/bin"
cat >"$tmp/bin/scontrol" <<'END'
#!/bin/sh
echo "$*" >>"$CALLS"
exit 1
END
chmod 755 "$tmp/bin/scontrol"
# task RESTARTS
task() {
	run env PATH="$tmp/bin:$PATH" CALLS="$tmp/calls" SLURM_ARRAY_JOB_ID=7 SLURM_ARRAY_TASK_ID=0 \
		SLURM_RESTART_COUNT="$1" "$fleet" task "$tmp/nowhere" "$tmp/nowhere/arrays/x.0000"
}
task 0
is 'no storage: back into the queue' "$status $(cat "$tmp/calls")" '2 requeue 7_0'
task 3
is 'no storage, the fourth time: fails' "$status $(wc -l <"$tmp/calls")" '2 1'

done_testing
