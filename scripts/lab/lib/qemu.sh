# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Guests under QEMU's own emulation: no KVM is asked for. One at a time.

# qemu_start MEM KERNEL APPEND CONSOLE [QEMU ARGS...]: sets QEMU_PID, QMP. Memory
# is had when the guest writes to it: a guest may have more than this machine.
qemu_start()
{
	local mem=$1 kernel=$2 append=$3 console=$4 memory tree=() firmware=()

	shift 4
	memory=(-object "memory-backend-ram,id=ram,size=${mem}M,reserve=off"
		-machine memory-backend=ram)
	# Nodes come with memory of their own.
	case " $* " in *' -numa '*) memory=() ;; esac
	# shellcheck disable=SC2206 # words
	case " $* " in *' pc-dimm,'*) firmware=($FIRMWARE) ;; esac
	rm -f "$console.dtb"
	arch_memory "$append" "$console.dtb" -m "$mem" "${memory[@]}" "$@"
	[ ! -f "$console.dtb" ] || tree=(-dtb "$console.dtb")
	QMP=$(mktemp -u "${TMPDIR:-/tmp}/lab-qmp.XXXXXX")
	: >"$console"
	nice "${MACHINE[@]}" -accel tcg,thread=multi -smp 2 -m "$mem" "${tree[@]}" \
		"${firmware[@]}" "${memory[@]}" -nodefaults -display none -no-reboot \
		-serial "file:$console" \
		"${VMCOREINFO[@]}" -qmp "unix:$QMP,server=on,wait=off" \
		-kernel "$LAB/kernel/$kernel/image" \
		-initrd "$LAB/initramfs/$kernel.cpio.gz" \
		-append "console=$CONSOLE $APPEND_ARCH oops=panic panic=0 $APPEND_MEMORY" "$@" \
		>"$console.qemu" 2>&1 &
	QEMU_PID=$!
}

# qemu_wait CONSOLE REGEX SECONDS: 0 when the console shows REGEX, 1 when the
# guest ended first, 2 when the time is over.
qemu_wait()
{
	local end=$((SECONDS + $3))

	while [ $SECONDS -lt $end ]; do
		grep -qaE "$2" "$1" && return 0
		if ! kill -0 "$QEMU_PID" 2>/dev/null; then
			grep -qaE "$2" "$1"
			return
		fi
		sleep 1
	done
	return 2
}

# qemu_stop: end the guest, if it still runs.
qemu_stop()
{
	kill "$QEMU_PID" 2>/dev/null
	wait "$QEMU_PID" 2>/dev/null
	rm -f "$QMP"
}

# qemu_dump FILE FORMAT: have QEMU write guest memory; FORMAT as QMP spells it.
qemu_dump()
{
	"$HERE/lib/qmp-dump.py" "$QMP" "$1" "$2" >&2 || return 1
	chmod 644 "$1"
	fallocate --dig-holes "$1" 2>/dev/null || :
}
