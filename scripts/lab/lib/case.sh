# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# Cases. A recipe cases/NAME.sh sets
#
#   TITLE   one line
#   KERNEL  a kernel recipe
#   MEM     MiB of guest memory
#   APPEND  kernel command line
#   STEPS   guest/steps/ to run, in this order; the last one should panic
#   PANIC   regular expression that the console must show
#   DUMPS   forms wanted: flat and elf (QEMU writes them, guest halted after the
#           panic); the rest as guest/capture knows them (a capture kernel does)
#   CRASHKERNEL  what to reserve for the latter, 192M by default
#   TIMEOUT seconds, 300 by default (PFNSCOPE_LAB_TIMEOUT: for every case, where this
#           machine has other things to do)
#   QEMU    more arguments for it
#
#   KERNELS other kernels that the same case is for: NAME@KERNEL, of which the form elf is made
#   ITEMS   what the case is done with, one after the other, and each in a guest of its own:
#           NAME-ITEM. The recipe has it as ITEM
#
# A cell of the matrix is the case CELL@KERNEL, its recipe cells/CELL.sh, without a
# KERNEL. It may have
#
# Its form is elf; PFNSCOPE_LAB_FORMS names others to make as well.
#
#   KERNELS those of the matrix that can do it
#   WITHOUT why the others cannot
#   DEFECT  what one of them does wrong itself: as its release begins, the finding that it
#           deserves, and what is known of it
#   SHOWS   what vmemmap --json must have for the guest to be what the cell is about
#
# Results: $LAB/dump/NAME/NAME.FORM, console logs, oracle, vmlinux.

case_load()
{
	local recipe name=${1%@*}

	TITLE='' KERNEL='' MEM=2048 APPEND='' STEPS='' PANIC='' DUMPS='' ITEMS='' ITEM=''
	CRASHKERNEL=192M TIMEOUT=300 QEMU='' KERNELS='' DEFECT=''
	recipe=$(case_recipe "$1")
	[ -f "$recipe" ] || die "no case '$1'"
	case $recipe in
	"$HERE"/cells/*)
		KERNEL=${1#*@} PANIC='sysrq: Trigger a crash' TIMEOUT=600
		DUMPS="elf ${PFNSCOPE_LAB_FORMS-}"
		;;
	*"/$name.sh") ;;
	*) ITEM=${name#*-} ;;
	esac
	# A cell may ask for ARCH; a case's kernel is its own to name.
	[ -z "$KERNEL" ] || kernel_load "$KERNEL"
	# shellcheck source=/dev/null
	. "$recipe"
	TIMEOUT=${PFNSCOPE_LAB_TIMEOUT:-$TIMEOUT}
	[ -z "$ITEM" ] || grep -qwF -e "$ITEM" <<<"$ITEMS" || die "no case '$1'"
	case $1@$recipe in
	*@*@"$HERE"/cases/*)
		# With four levels of page tables a wild address is not canonical, and another
		# architecture has words of its own.
		KERNEL=${1#*@} DUMPS=elf PANIC+='|general protection|Unable to handle kernel'
		;;
	esac
}

case_recipe()
{
	local name=${1%@*}

	if [ "$name" != "$1" ] && [ -f "$HERE/cells/$name.sh" ]; then
		echo "$HERE/cells/$name.sh"
	elif [ -f "$HERE/cases/$name.sh" ]; then
		echo "$HERE/cases/$name.sh"
	else
		echo "$HERE/cases/${name%%-*}.sh"
	fi
}

# case_names RECIPE: of all the guests that a recipe is for.
case_names()
{
	local name i k

	name=$(basename "$1" .sh)
	(
		case_load "$name"
		for i in ${ITEMS:-''}; do
			echo "$name${i:+-$i}"
			for k in $KERNELS; do echo "$name${i:+-$i}@$k"; done
		done
	)
}

# case_files FORM: the files that a form comes as.
case_files()
{
	case $1 in
	split) echo split1 split2 ;;
	*) echo "$1" ;;
	esac
}

# case_oracle CONSOLE FILE: what the guest said between markers.
case_oracle() { tr -d '\r' <"$1" | sed -n '/^<<<< /,/^>>>> /p' >"$2"; }

# case_oops CONSOLE: the first lines of the oops or panic, on one line.
case_oops()
{
	tr -d '\r' <"$1" | sed -E 's/^\[ *[0-9.]+\] //' | awk '
		/^(BUG:|Unable to handle|general protection|Oops|kernel BUG)/ && !seen ||
			/^(sysrq: Trigger|Kernel panic)/ && !seen {
			seen = 1; n = 1; print; next
		}
		/^(RIP: 0010|pc : )/ && !rip { rip = 1; print }
		/^Kernel panic/ && !end { end = 1; print }
	' | paste -sd'|' | cut -c1-400
}

# status NAME FILES CONSOLE: one line for whoever watches a long run.
status()
{
	printf '%s\t%s\t%s\t%s\n' "$(date -u +%FT%TZ)" "$1" "$2" "$(case_oops "$3")" >>"$LAB/STATUS"
}

# check_panic CONSOLE: the panic that the recipe speaks of, and no step that failed.
check_panic()
{
	if grep -aE '^LAB: step .*: exit status' "$1" >&2; then
		return 1
	fi
	[ -z "$PANIC" ] || grep -qaE "$PANIC" "$1" || {
		say "$1 does not show '$PANIC'"
		return 1
	}
}

# case_qemu NAME DIR FORM...: boot, wait for the panic, dump from outside.
case_qemu()
{
	local name=$1 dir=$2 f format console=$2/$1.console rc=0

	shift 2
	say "$name: boot for $*"
	# shellcheck disable=SC2086
	qemu_start "$MEM" "$KERNEL" "$APPEND lab.steps=${STEPS// /,}" "$console" $QEMU
	if ! qemu_wait "$console" 'end Kernel panic' "$TIMEOUT"; then
		say "$name: no panic, see $console"
		rc=1
	else
		sleep 1
		for f; do
			[ "$f" = flat ] && format=kdump-zlib || format=elf
			qemu_dump "$dir/$name.$f.tmp" $format &&
				mv "$dir/$name.$f.tmp" "$dir/$name.$f" || rc=1
		done
	fi
	qemu_stop
	case_oracle "$console" "$dir/$name.oracle"
	check_panic "$console" || { rc=1; rm -f "${@/#/$dir/$name.}"; }
	status "$name" "$([ $rc = 0 ] && echo "$*" || echo FAILED)" "$console"
	return $rc
}

# case_kexec NAME DIR FORM...: boot, panic into the capture kernel, fetch its files.
case_kexec()
{
	local name=$1 dir=$2 disk=$2/$1.disk f file rc=0 console=$2/$1.kexec.console

	shift 2
	need mke2fs debugfs
	say "$name: boot for $*"
	rm -f "$disk"
	truncate -s $((MEM * 4 + 1024))M "$disk"
	mke2fs -q -t ext4 -O ^has_journal "$disk"
	f=$*
	# shellcheck disable=SC2086
	qemu_start "$MEM" "$KERNEL" \
		"crashkernel=$CRASHKERNEL $APPEND lab.kdump=${f// /,} lab.steps=${STEPS// /,}" \
		"$console" $QEMU -drive "file=$disk,if=virtio,format=raw,cache=unsafe"
	if ! qemu_wait "$console" 'LAB: captured' "$TIMEOUT"; then
		say "$name: nothing captured, see $console"
		rc=1
	fi
	timeout 20 tail --pid="$QEMU_PID" -f /dev/null
	qemu_stop
	for f; do
		for file in $(case_files "$f"); do
			rm -f "$dir/$name.$file"
			debugfs -R "dump $file $dir/$name.$file" "$disk" 2>/dev/null
			[ -s "$dir/$name.$file" ] || { rm -f "$dir/$name.$file"; rc=1; continue; }
			chmod 644 "$dir/$name.$file"
			fallocate --dig-holes "$dir/$name.$file" 2>/dev/null || :
		done
	done
	rm -f "$disk"
	case_oracle "$console" "$dir/$name.kexec.oracle"
	if ! check_panic "$console"; then
		rc=1
		for f; do
			for file in $(case_files "$f"); do rm -f "$dir/$name.$file"; done
		done
	fi
	status "$name (kexec)" "$([ $rc = 0 ] && echo "$*" || echo "FAILED: $*")" "$console"
	return $rc
}

# case_missing DIR NAME FORM...: those of the forms that are not there yet.
case_missing()
{
	local dir=$1 name=$2 f file

	shift 2
	for f; do
		for file in $(case_files "$f"); do
			[ -s "$dir/$name.$file" ] || { echo "$f"; break; }
		done
	done
}

# case_run NAME: make what is missing of a case. All forms of one kind come from
# one boot (the console log and the addresses are theirs), so they go together.
case_run()
{
	local name=$1 dir=$LAB/dump/$1 f qemu=() kexec=() rc=0 hash

	case_load "$name"
	kernel_build "$KERNEL"
	mkdir -p "$dir"
	hash=$(cat "$LAB/kernel/$KERNEL/stamp")-$(stamp "$(case_recipe "$name")")
	if ! fresh "$dir/stamp" "$hash"; then
		[ ! -f "$dir/stamp" ] || say "$name: kernel or recipe has changed, starting over"
		rm -rf "${dir:?}"/*
		printf '%s\n' "$hash" >"$dir/stamp"
	fi
	ln -sfn "$LAB/kernel/$KERNEL/vmlinux" "$dir/vmlinux"
	for f in $DUMPS; do
		case $f in
		flat | elf) qemu+=("$f") ;;
		*) kexec+=("$f") ;;
		esac
	done
	need "${MACHINE[0]}" python3
	if [ -n "$(case_missing "$dir" "$name" "${qemu[@]}")" ]; then
		initramfs_build "$KERNEL"
		case_qemu "$name" "$dir" "${qemu[@]}" || rc=1
	fi
	if [ -n "$(case_missing "$dir" "$name" "${kexec[@]}")" ]; then
		initramfs_build "$KERNEL"
		case_kexec "$name" "$dir" "${kexec[@]}" || rc=1
	fi
	return $rc
}
