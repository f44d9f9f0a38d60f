# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# One dump in all forms that the tools of the field leave it in. Sourced.

# Forms that are made of a dump's CASE.elf (QEMU's) or CASE.raw-vmcore (the capture
# kernel's), and who has to read them.
#
#	elf vmcore	ELF of QEMU, of /proc/vmcore
#	d31 d31-elf	makedumpfile -d 31, compressed and ELF
#	d31-flat flat	flattened: makedumpfile -F, and QEMU's kdump format, which is so
#	unflat		QEMU's kdump as makedumpfile -R leaves it: drgn does not know its machine
#	split		makedumpfile --split
#	no-prstatus	ELF without the notes of CPUs
#	ram		an image of RAM: crash alone knows where it belongs
# shellcheck disable=SC2034 # for those who source this
forms="elf vmcore d31 d31-elf d31-flat flat unflat split no-prstatus ram"

# make_form CASE FORM DIR: prints the files; false: cannot be made here.
make_form()
{
	local from=$LAB/dump/$1/$1 to=$3/$2

	case $2 in
	vmcore) have "$from.raw-vmcore" ;;
	elf | d31 | d31-elf | d31-flat | flat) have "$from.$2" || made "$from" "$2" "$to" ;;
	unflat) [ -f "$from.flat" ] && unflatten "$from.flat" "$to" && have "$to" ;;
	split)
		[ -f "$from.raw-vmcore" ] && makedumpfile --split -c -d 31 "$from.raw-vmcore" \
			"$to.1" "$to.2" >&2 && echo "$to.1 $to.2"
		;;
	no-prstatus | ram)
		[ -f "$from.elf" ] && python3 "$(dirname "${BASH_SOURCE[0]}")/reform.py" "$2" \
			"$from.elf" "$to" && have "$to"
		;;
	*) false ;;
	esac
}

have()
{
	[ -f "$1" ] && echo "$1"
}

made()
{
	[ "$2" = d31-elf ] && [ -f "$1.raw-vmcore" ] &&
		makedumpfile -E -d 31 "$1.raw-vmcore" "$3" >&2 && echo "$3"
}

unflatten()
{
	makedumpfile -R "$2" <"$1" >&2
}

# crash_options CASE FORM: what crash wants to know of a form that does not say it.
crash_options()
{
	local from=$LAB/dump/$1/$1.elf text

	[ "$2" = ram ] || return 0
	text=$(strings -a -n 12 "$from" | grep -m 2 -E '^(KERNELOFFSET|NUMBER\(phys_base\))=')
	printf -- '--kaslr=0x%s -m phys_base=%s' \
		"$(sed -n 's/^KERNELOFFSET=//p' <<<"$text")" \
		"$(sed -n 's/^NUMBER(phys_base)=//p' <<<"$text")"
}
