/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bytes/package.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"

/* A kernel's debug information is about a gigabyte, and all that is in its package five. */
#define MAX_BYTES ((uint64_t)64 << 30)
/* A package has one, or those of a few flavours. */
#define MAX_VMLINUXES 16

/* "vmlinux", "vmlinux-RELEASE", "vmlinux-RELEASE.debug", "vmlinux.xz" */
static bool is_named(const char *path)
{
	return !strncmp(pfs_base_name(path), "vmlinux", 7);
}

bool pfs_is_package(const char *path, const unsigned char *b, size_t len)
{
	const struct pfs_packing *how = pfs_packing_of(b, len);

	return how && (how->package || is_named(path));
}

struct search {
	bool (*fits)(void *arg, int fd);
	void *arg;
	const struct pfs_unpacking *p;
	struct pfs_unpacked *ret;
	unsigned int seen; /* vmlinuxes that do not fit */
};

/* Debug files are ELF files with one more type: only a core is none. */
static bool is_vmlinux(const struct pfs_unarchive *r)
{
	uint16_t type;

	if (r->name && !is_named(r->name))
		return false;
	if (r->len < sizeof(Elf64_Ehdr) || memcmp(r->buf, ELFMAG, SELFMAG) != 0)
		return false;
	memcpy(&type, r->buf + offsetof(Elf64_Ehdr, e_type), sizeof(type));
	return type != ET_CORE;
}

/* 1: it is the one; 0: it does not fit. */
static int take(struct pfs_unarchive *r, struct search *s)
{
	struct pfs_unpacked u = { .fd = -1 };
	int rc;

	if (s->seen == MAX_VMLINUXES)
		return pfs_err_set(r->err, EFBIG, "%s: more than %d vmlinuxes in it", r->how->name,
				   MAX_VMLINUXES);
	rc = pfs_unarchive_copy(r, s->p, &u);
	if (!rc && u.cut)
		rc = pfs_err_set(r->err, EIO, "its vmlinux is cut off: %s", u.cut);
	if (!rc && (!s->fits || s->fits(s->arg, u.fd))) {
		*s->ret = u;
		return 1;
	}
	s->seen++;
	pfs_unpacked_deinit(&u);
	return rc;
}

static int search_file(const struct pfs_libarchive *l, int fd, struct search *s,
		       struct pfs_err *err);

/* The files of a .deb are in an archive of their own inside. */
static int search_data(struct pfs_unarchive *r, struct search *s)
{
	const struct pfs_unpacking silent = { 0 };
	struct pfs_unpacked u = { .fd = -1 };
	int rc = pfs_unarchive_copy(r, &silent, &u);

	if (!rc && u.cut)
		rc = pfs_err_set(r->err, EIO, "cut off: %s", u.cut);
	if (!rc)
		rc = search_file(r->l, u.fd, s, r->err);
	pfs_unpacked_deinit(&u);
	return rc;
}

static bool is_data(const struct pfs_unarchive *r)
{
	const struct pfs_packing *inner = pfs_packing_of(r->buf, r->len);

	return r->how->archive && r->how->package && r->name && !strncmp(r->name, "data.tar", 8) &&
	       inner && !inner->package;
}

/* 1: it is found; 0: it is not in it. */
static int search_file(const struct pfs_libarchive *l, int fd, struct search *s,
		       struct pfs_err *err)
{
	unsigned char b[PFS_PACKAGE_HEAD] = { 0 };
	ssize_t n = pread(fd, b, sizeof(b), 0);
	struct pfs_unarchive r;
	int rc;

	if (n <= 0 || !pfs_packing_of(b, (size_t)n))
		return pfs_err_set(err, EINVAL, "no package");
	rc = pfs_unarchive_open(&r, l, fd, b, (size_t)n, err);
	r.max = MAX_BYTES;
	while (!rc && (rc = pfs_unarchive_next(&r)) > 0) {
		rc = 0;
		if (is_data(&r))
			rc = search_data(&r, s);
		else if (is_vmlinux(&r))
			rc = take(&r, s);
	}
	pfs_unarchive_close(&r);
	return rc;
}

int pfs_package_open(int fd, bool (*fits)(void *arg, int fd), void *arg,
		     const struct pfs_unpacking *p, struct pfs_unpacked *ret, struct pfs_err *err)
{
	struct search s = { fits, arg, p, ret, 0 };
	struct pfs_libarchive *l;
	int rc;

	*ret = (struct pfs_unpacked){ .fd = -1 };
	rc = pfs_libarchive_load(&l, err);
	if (rc)
		return rc;
	rc = search_file(l, fd, &s, err);
	pfs_libarchive_drop(l);
	if (rc < 0)
		return rc;
	if (!rc && s.seen)
		return pfs_err_set(err, EINVAL, "its vmlinux is of another kernel");
	return rc ? 0 : pfs_err_set(err, EINVAL, "no vmlinux in it");
}
