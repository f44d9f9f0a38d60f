/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens the program, and reads its memory. */
#include "bytes/drgn/libdrgn.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <pfnscope/version.h>

#include "bytes/kdump_free.h"

#define STR_(x) #x
#define STR(x) STR_(x)
#define VERSION \
	STR(DRGN_VERSION_MAJOR) "." STR(DRGN_VERSION_MINOR) "." STR(DRGN_VERSION_PATCH)

int pfs_libdrgn_errno(struct drgn_error *e)
{
	enum drgn_error_code code;

	if (!e)
		return 0;
	code = drgn_error_code(e);
	drgn_error_destroy(e);
	switch (code) {
	case DRGN_ERROR_LOOKUP:
	case DRGN_ERROR_TYPE: /* an incomplete type, or one without members */
	case DRGN_ERROR_SYNTAX:
		return -ENOENT;
	case DRGN_ERROR_NO_MEMORY:
		return -ENOMEM;
	case DRGN_ERROR_FAULT:
		return -EFAULT;
	default:
		return -EIO;
	}
}

int pfs_libdrgn_err(struct pfs_err *err, struct drgn_error *e, const char *what)
{
	char *text = e ? drgn_error_string(e) : NULL;
	int r = pfs_libdrgn_errno(e);

	if (r)
		pfs_err_set(err, -r, "libdrgn: %s: %s", what, text ? text : "out of memory");
	free(text);
	return r;
}

static int load_vmlinux(struct pfs_libdrgn *d, struct pfs_err *err)
{
	const char *path = d->vmlinux;
	struct drgn_qualified_type type;
	int r = pfs_libdrgn_err(err, drgn_program_load_debug_info(d->prog, &path, 1, false, false),
				d->vmlinux);

	if (r)
		return r;
	/*
	 * libdrgn skips a vmlinux of another kernel without a word; then there
	 * are no types.
	 */
	r = pfs_libdrgn_errno(drgn_program_find_type(d->prog, "struct page", NULL, &type));
	if (r)
		return pfs_err_set(err, EINVAL, "libdrgn: %s: no types, or of another kernel",
				   d->vmlinux);
	return 0;
}

/* A Program of a kdump, read by libdrgn, frees libkdumpfile's context. */
static void destroy(struct pfs_libdrgn *d)
{
	if (!d->own_reader || PFS_KDUMP_FREE_WORKS)
		drgn_program_destroy(d->prog);
	d->prog = NULL;
}

static int create(struct pfs_libdrgn *d, struct pfs_err *err)
{
	static const struct drgn_platform *none;
	int r = pfs_libdrgn_err(err, drgn_program_create(none, &d->prog), "program");

	if (!r)
		drgn_program_set_log_level(d->prog, DRGN_LOG_NONE);
	return r;
}

/* What both ways of opening end with. */
static int finish(struct pfs_libdrgn *d, struct pfs_err *err)
{
	if (!(drgn_program_flags(d->prog) & DRGN_PROGRAM_IS_LINUX_KERNEL))
		return pfs_err_set(err, EINVAL, "libdrgn: %s: of no Linux kernel", d->dump);
	d->m.callbacks.live = !!(drgn_program_flags(d->prog) & DRGN_PROGRAM_IS_LIVE);
	return d->vmlinux ? load_vmlinux(d, err) : 0;
}

static int open_dump(struct pfs_libdrgn *d, struct pfs_err *err)
{
	int r = create(d, err);

	d->own_reader = true;
	if (!r)
		r = pfs_libdrgn_err(err, drgn_program_set_core_dump(d->prog, d->dump), d->dump);
	if (!r)
		r = finish(d, err);
	if (r && d->prog)
		destroy(d);
	return r;
}

static struct drgn_error *read_core(void *buf, uint64_t addr, size_t len, uint64_t offset,
				    void *arg, bool physical)
{
	const struct pfs_core *core = &((struct pfs_libdrgn *)arg)->core;

	(void)offset;
	if (core->read(core->arg, addr, buf, len, physical))
		return drgn_error_create_fault("not in the dump, or not mapped", addr);
	return NULL;
}

/* The descriptor is the Program's own from then on. */
static int set_core(struct pfs_libdrgn *d, struct pfs_err *err)
{
	int fd = memfd_create("pfnscope", MFD_CLOEXEC), r = 0;

	if (fd < 0 || pwrite(fd, d->core.elf, d->core.len, 0) != (ssize_t)d->core.len)
		r = pfs_err_set(err, errno ? errno : EIO, "libdrgn: %s", strerror(errno));
	if (r && fd >= 0)
		close(fd);
	if (!r)
		r = pfs_libdrgn_err(err, drgn_program_set_core_dump_fd(d->prog, fd), d->dump);
	if (!r)
		r = pfs_libdrgn_err(err,
				    drgn_program_add_memory_segment(d->prog, 0, UINT64_MAX,
								    read_core, d, true),
				    d->dump);
	/* Not by libdrgn's own walks, which remember nothing of the one before. */
	if (!r)
		r = pfs_libdrgn_err(err,
				    drgn_program_add_memory_segment(d->prog, 0, UINT64_MAX,
								    read_core, d, false),
				    d->dump);
	return r;
}

int pfs_libdrgn_program(struct pfs_libdrgn *d, const struct pfs_core *core, struct pfs_err *err)
{
	int r;

	d->core = *core;
	if (d->prog)
		return 0;
	r = create(d, err);
	if (!r)
		r = set_core(d, err);
	if (!r)
		r = finish(d, err);
	if (r && d->prog)
		destroy(d);
	return r;
}

static int read_memory(void *arg, uint64_t pa, void *buf, size_t len)
{
	struct pfs_libdrgn *d = arg;

	return pfs_libdrgn_errno(drgn_program_read_memory(d->prog, buf, pa, len, true));
}

static void close_module(struct pfs_module *m)
{
	struct pfs_libdrgn *d = (struct pfs_libdrgn *)m;

	destroy(d);
	free(d->dump);
	free(d->vmlinux);
	free(d);
}

PFS_API pfs_module_open_fn pfs_module_open;

int pfs_module_open(const char *version, const char *dump, const char *vmlinux, bool now,
		    struct pfs_module **ret, struct pfs_err *err)
{
	struct pfs_libdrgn *d;
	int r = 0;

	if (strcmp(version, PFS_VERSION))
		return pfs_err_set(err, EPROTO, "of version " PFS_VERSION ", and this is %s",
				   version);
	d = calloc(1, sizeof(*d));
	if (!d)
		return pfs_err_set(err, ENOMEM, "out of memory");
	d->dump = strdup(dump);
	d->vmlinux = vmlinux ? strdup(vmlinux) : NULL;
	d->m.close = close_module;
	d->m.unwinder.unwind = pfs_libdrgn_unwind;
	d->m.callbacks = (struct pfs_callbacks){
		.size = sizeof(d->m.callbacks),
		.name = "libdrgn",
		.version = VERSION,
		.path = d->dump,
		.read = read_memory,
		.arg = d,
	};
	if (vmlinux) {
		d->m.callbacks.symbol = pfs_libdrgn_symbol;
		d->m.callbacks.type_size = pfs_libdrgn_type_size;
		d->m.callbacks.member = pfs_libdrgn_member;
		d->m.callbacks.enumerator = pfs_libdrgn_enumerator;
	}
	if (!d->dump || (vmlinux && !d->vmlinux))
		r = pfs_err_set(err, ENOMEM, "out of memory");
	else if (now)
		r = open_dump(d, err);
	if (r) {
		close_module(&d->m);
		return r;
	}
	*ret = &d->m;
	return 0;
}
