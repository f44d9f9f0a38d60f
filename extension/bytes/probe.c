/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bytes/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nettle/sha2.h>

#include "bytes/dump.h"
#include "bytes/kdump_format.h"
#include "bytes/log.h"

/*
 * The files of a set have the same header, except for the fields that say how
 * far their writer got. They differ in the range of PFNs in their sub headers.
 */
static void probe_kdump(int fd, struct pfs_probe *ret)
{
	unsigned char hdr[KDUMP_HDR_SIZE], sub[KDUMP_SUB_SIZE], digest[8];
	struct sha256_ctx ctx;
	uint32_t block, version;
	enum pfs_order order;
	bool wide;

	if (pfs_pread(fd, hdr, sizeof(hdr), 0))
		return;
	order = kdump_order(hdr);
	block = pfs_get32(order, hdr + KDUMP_HDR_BLOCK_SIZE);
	version = pfs_get32(order, hdr + KDUMP_HDR_VERSION);
	if (version < 2 || pfs_pread(fd, sub, sizeof(sub), block) ||
	    !pfs_get32(order, sub + KDUMP_SUB_SPLIT))
		return;
	wide = version >= 6;
	ret->max = pfs_get32(order, hdr + KDUMP_HDR_MAX_MAPNR);
	if (wide && pfs_get64(order, sub + KDUMP_SUB_MAX_MAPNR_64))
		ret->max = pfs_get64(order, sub + KDUMP_SUB_MAX_MAPNR_64);
	ret->start = pfs_get64(order, sub + (wide ? KDUMP_SUB_START_PFN_64 : KDUMP_SUB_START_PFN));
	ret->end = pfs_get64(order, sub + (wide ? KDUMP_SUB_END_PFN_64 : KDUMP_SUB_END_PFN));
	ret->part = true;
	sha256_init(&ctx);
	sha256_update(&ctx, KDUMP_HDR_STATUS, hdr);
	sha256_update(&ctx, sizeof(ret->max), (const uint8_t *)&ret->max);
	sha256_digest(&ctx, sizeof(digest), digest);
	ret->set = pfs_le64(digest);
}

void pfs_probe(const char *path, struct pfs_probe *ret)
{
	struct pfs_dump_file f = { .path = path };
	struct pfs_target *t = NULL;
	enum pfs_dump_kind kind;
	struct pfs_err err;
	struct stat st;
	int r;

	*ret = (struct pfs_probe){ 0 };
	/* O_NONBLOCK would not do: it makes an error of a file that is on tape or leased. */
	if (!stat(path, &st) && !S_ISREG(st.st_mode))
		return;
	f.fd = open(path, O_RDONLY | O_CLOEXEC);
	if (f.fd < 0) {
		ret->error = errno;
		return;
	}
	if (!fstat(f.fd, &st) && S_ISREG(st.st_mode)) {
		f.size = (uint64_t)st.st_size;
		r = pfs_dump_identify(&f, &kind, &err);
		if (!r && kind == PFS_DUMP_KDUMP)
			probe_kdump(f.fd, ret);
		/* The notes say whether it is the core of a kernel or of a process. */
		if (!r && kind == PFS_DUMP_ELF) {
			r = pfs_target_open_kdump(&path, 1, NULL, NULL, &t, &err);
			pfs_target_free(t);
		}
		/* -EIO means that it is a dump, of which a part is missing or damaged. */
		ret->dump = (!r && kind != PFS_DUMP_PERHAPS_PACKED) || r == -EIO;
		ret->log = r == -EINVAL && pfs_log_is_file(f.fd);
		ret->error = ret->dump || r == -EINVAL ? 0 : -r;
	}
	close(f.fd);
}
