# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# For Debian's and Ubuntu's kdump-tools, whose kdump-config has no hooks but reads
# /etc/default/kdump-tools as shell. The last line of that file:
#
#	[ ! -r @prefix@/lib/pfnscope/kdump-tools.sh ] || . @prefix@/lib/pfnscope/kdump-tools.sh
#
# kdump-config's first makedumpfile is for the log, in the main shell and with the
# folder made; where that is turned off, the first is of a pipe, which the dump goes
# through. The root file system is mounted in this capture kernel: there is nothing to
# put into its initramfs.
makedumpfile()
{
	if [ -z "$pfnscope_done" ]; then
		pfnscope_done=1
		# Of a dump that goes elsewhere, the verdict stays here.
		[ -n "$KDUMP_STAMPDIR" ] ||
			pfnscope_dir=${KDUMP_COREDIR:-/var/crash}/$(date +%Y%m%d%H%M)
		@prefix@/lib/pfnscope/kdump-verdict "${PFNSCOPE_VMCORE:-/proc/vmcore}" \
			"${KDUMP_STAMPDIR:-$pfnscope_dir}/pfnscope" >&2 </dev/null
	fi
	command makedumpfile "$@"
}
