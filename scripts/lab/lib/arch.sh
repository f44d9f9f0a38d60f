# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# Architectures of guests. A kernel's recipe names one (ARCH, by Debian's name; amd64 where
# it is silent), and a cell may ask for it with `case $ARCH in`.

# arch_load ARCH: what differs.
#
#   MACHINE     the command that emulates it, and its first arguments
#   CONSOLE     what the kernel calls the serial line, and APPEND_ARCH what else it is told
#   KARCH       the kernel's name of it, CROSS the prefix of compilers
#   IMAGE       make's target, and where in the build directory it is
#   TRIPLET     Debian's directory of libraries, LOADER their dynamic linker
#   EMULATOR    runs its programs on this machine: in front of them
#   RAM_BASE    where RAM begins
#   VMCOREINFO  QEMU's arguments for a note of it
#   GUEST_TOOLS what the guest has beside busybox: trixie has no kexec-tools of riscv64
#   FIRMWARE    QEMU's arguments for a machine that describes itself by ACPI; without, arm64
#               has a device tree, and no DIMMs
arch_load()
{
	ARCH=$1
	GUEST_TOOLS='ndctl kexec makedumpfile'
	VMCOREINFO=(-device vmcoreinfo)
	case $ARCH in
	amd64)
		MACHINE=(qemu-system-x86_64 -cpu max)
		CONSOLE=ttyS0 APPEND_ARCH=no_timer_check
		KARCH=x86 CROSS=x86_64-linux-gnu- IMAGE=bzImage IMAGE_PATH=arch/x86/boot/bzImage
		TRIPLET=x86_64-linux-gnu LOADER=lib64/ld-linux-x86-64.so.2 FIRMWARE=''
		EMULATOR=qemu-x86_64-static RAM_BASE=0
		;;
	arm64)
		# Pointer authentication by the architecture's own cipher takes most of the time.
		MACHINE=(qemu-system-aarch64 -M virt -cpu max,pauth-impdef=on)
		CONSOLE=ttyAMA0 APPEND_ARCH=''
		KARCH=arm64 CROSS=aarch64-linux-gnu- IMAGE=Image IMAGE_PATH=arch/arm64/boot/Image
		TRIPLET=aarch64-linux-gnu LOADER=lib/ld-linux-aarch64.so.1
		EMULATOR=qemu-aarch64-static RAM_BASE=0x40000000
		FIRMWARE='-bios /usr/share/qemu-efi-aarch64/QEMU_EFI.fd'
		;;
	riscv64)
		# QEMU 7.2 is silent after OpenSBI: a newer one has to come first in PATH.
		MACHINE=(qemu-system-riscv64 -M virt -cpu max)
		CONSOLE=ttyS0 APPEND_ARCH=''
		KARCH=riscv CROSS=riscv64-linux-gnu- IMAGE=Image IMAGE_PATH=arch/riscv/boot/Image
		TRIPLET=riscv64-linux-gnu LOADER=lib/ld-linux-riscv64-lp64d.so.1
		EMULATOR=qemu-riscv64-static RAM_BASE=0x80000000 FIRMWARE=''
		GUEST_TOOLS=ndctl
		;;
	ppc64el)
		# The image is an ELF file. There is no fw_cfg: VMCOREINFO stays in memory. A kernel
		# that panics tells the machine, which would end.
		MACHINE=(qemu-system-ppc64 -M pseries,x-vof=on -cpu power9 -action panic=pause)
		VMCOREINFO=()
		CONSOLE=hvc0 APPEND_ARCH=''
		KARCH=powerpc CROSS=powerpc64le-linux-gnu- IMAGE=vmlinux IMAGE_PATH=vmlinux
		TRIPLET=powerpc64le-linux-gnu LOADER=lib64/ld64.so.2
		EMULATOR=qemu-ppc64le-static RAM_BASE=0 FIRMWARE=''
		GUEST_TOOLS=ndctl
		;;
	*) die "no architecture '$ARCH'" ;;
	esac
	# What runs as it is on this machine needs no help.
	[ "$(dpkg --print-architecture)" != "$ARCH" ] || { EMULATOR=''; CROSS=''; }
}

# arch_memory APPEND DTB [QEMU ARGS...]: what `memmap=SIZE!ADDRESS` (pmem) and
# `memmap=SIZE$ADDRESS` (reserved) ask of x86, as a device tree has it, with ADDRESS counted
# from the beginning of RAM. Sets APPEND_MEMORY, the command line without them; DTB is made
# where it is needed. pmem is taken out of RAM as far as the kernel knows, and so is what is
# behind it: QEMU writes the nodes of RAM itself, whatever the tree says.
arch_memory()
{
	local dtb=$2 word size at node

	APPEND_MEMORY=$1
	case $ARCH$1 in arm64*memmap=[0-9]*) ;; *) return 0 ;; esac
	APPEND_MEMORY=''
	"${MACHINE[@]}" -machine "dumpdtb=$dtb" -smp 2 -nodefaults -display none -device vmcoreinfo \
		"${@:3}" >/dev/null 2>&1 || die "no device tree of $ARCH's machine"
	for word in $1; do
		case $word in
		memmap=[0-9]*[\$!]*) ;;
		*) APPEND_MEMORY+=" $word"; continue ;;
		esac
		size=${word#memmap=}
		at=$((${size#*[\$!]} + RAM_BASE))
		size=$((${size%%M*} << 20))
		case $word in
		*!*)
			APPEND_MEMORY+=" mem=$((at - RAM_BASE))"
			node=/pmem@$(printf %x $at)
			fdtput -p "$dtb" "$node" volatile
			fdtput -p -t s "$dtb" "$node" compatible pmem-region
			# kmem refuses memory of no node.
			fdtput -t x "$dtb" "$node" numa-node-id 0
			;;
		*)
			node=/reserved-memory/hole@$(printf %x $at)
			fdtput -p "$dtb" "$node" no-map
			fdtput -t x "$dtb" /reserved-memory '#address-cells' 2
			fdtput -t x "$dtb" /reserved-memory '#size-cells' 2
			fdtput "$dtb" /reserved-memory ranges
			;;
		esac
		fdtput -t x "$dtb" "$node" reg $((at >> 32)) "$(printf %x $((at & 0xffffffff)))" 0 \
			"$(printf %x $size)" || die 'fdtput (device-tree-compiler) fails'
	done
}
