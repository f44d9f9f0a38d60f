/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System.map, given by the user: the symbols of a kernel as it was linked, one
 * per line,
 *
 *	ffffffff81000000 T _stext
 *
 * at addresses from which KASLR has moved them. A copy of /proc/kallsyms has
 * the same form, but with the addresses of the running kernel, and with symbols
 * of modules ("[name]").
 */
#include "facts/kernel.h"
#include "facts/names.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_BYTES ((off_t)256 << 20)

struct system_map {
	struct pfs_lookup lookup;
	struct pfs_names symbols;
	char *text; /* the file, its names terminated in place */
};

static int read_file(const char *path, char **ret_text, size_t *ret_len, struct pfs_err *err)
{
	size_t len = 0, size;
	struct stat st;
	char *text;
	ssize_t n;
	int fd;

	/* To open what is none may wait for ever. */
	if (!stat(path, &st) && !S_ISREG(st.st_mode))
		return pfs_err_set(err, EINVAL, "not a file");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return pfs_err_set(err, errno, "%s", strerror(errno));
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size > MAX_BYTES) {
		close(fd);
		return pfs_err_set(err, EINVAL,
				   "not a System.map: no file, or of more than %lld "
				   "MiB",
				   (long long)(MAX_BYTES >> 20));
	}
	size = (size_t)st.st_size;
	text = malloc(size + 1);
	while (text && len < size && (n = read(fd, text + len, size - len)) != 0) {
		if (n < 0 && errno != EINTR)
			break;
		len += n > 0 ? (size_t)n : 0;
	}
	close(fd);
	if (!text || len < size) {
		free(text);
		return text ? pfs_err_set(err, EIO, "cannot read all of it") :
			      pfs_err_set(err, ENOMEM, "out of memory");
	}
	text[len] = '\0';
	*ret_text = text;
	*ret_len = len;
	return 0;
}

/* Split "ADDRESS TYPE NAME" in place and return the name; NULL: this is no such line. */
static const char *parse_line(char *line, uint64_t *ret_addr, bool *ret_module)
{
	char *end, *name;

	if (!((*line >= '0' && *line <= '9') || (*line >= 'a' && *line <= 'f')))
		return NULL;
	errno = 0;
	*ret_addr = strtoull(line, &end, 16);
	if (errno || end[0] != ' ' || !end[1] || end[2] != ' ')
		return NULL;
	name = end + 3;
	end = name + strcspn(name, " \t\r");
	*ret_module = *end && *end != '\r';
	*end = '\0';
	return *name ? name : NULL;
}

static int add_symbols(struct system_map *s, size_t len, struct pfs_err *err)
{
	size_t at = 0, nr = 0;

	while (at < len) {
		char *line = s->text + at;
		size_t n = strcspn(line, "\n");
		const char *name;
		uint64_t addr;
		bool module;

		/* strcspn() also stops at a NUL, and a text has none. */
		if (!line[n] && at + n < len)
			return pfs_err_set(err, EINVAL, "not a System.map: it has NUL bytes");
		line[n] = '\0';
		at += n + 1;
		nr++;
		name = parse_line(line, &addr, &module);
		if (!name)
			return pfs_err_set(err, EINVAL,
					   "not a System.map: line %zu is not \"ADDRESS "
					   "TYPE NAME\"",
					   nr);
		if (!module && pfs_names_add(&s->symbols, name, strlen(name), addr))
			return pfs_err_set(err, ENOMEM, "out of memory");
	}
	return s->symbols.nr ? 0 : pfs_err_set(err, EINVAL, "not a System.map: it is empty");
}

/*
 * By how much the kernel was moved, as its own VMCOREINFO says or _stext shows.
 * Only addresses of the kernel's half move: per-CPU symbols are offsets.
 */
static int relocate(struct system_map *s, const struct pfs_facts *f, struct pfs_err *err)
{
	uint64_t stext, shift;
	size_t i;

	if (pfs_names_find(&s->symbols, "_stext", &stext))
		return pfs_err_set(err, EINVAL, "not a System.map: it has no _stext");
	if (!stext)
		return pfs_err_set(err, EINVAL,
				   "its addresses are hidden: a copy of /proc/kallsyms "
				   "that was not made by root");
	shift = pfs_have(f, PFS_F_STEXT) ? pfs_val(f, PFS_F_STEXT) - stext :
					   pfs_val(f, PFS_F_KERNELOFFSET);
	for (i = 0; i < s->symbols.nr; i++)
		if (s->symbols.n[i].value >> 63)
			s->symbols.n[i].value += shift;
	return 0;
}

static int op_symbol(struct pfs_lookup *l, const char *name, uint64_t *ret_addr)
{
	return pfs_names_find(&((struct system_map *)l)->symbols, name, ret_addr);
}

static int op_symbol_at(struct pfs_lookup *l, uint64_t addr, const char **ret_name,
			uint64_t *ret_offset)
{
	return pfs_names_at(&((struct system_map *)l)->symbols, addr, ret_name, ret_offset);
}

static void op_free(struct pfs_lookup *l)
{
	struct system_map *s = (struct system_map *)l;

	pfs_names_deinit(&s->symbols);
	free(s->text);
	free(s);
}

static const struct pfs_lookup_ops ops = {
	.symbol = op_symbol,
	.symbol_at = op_symbol_at,
	.free = op_free,
};

int pfs_system_map_open(const char *path, const struct pfs_facts *f, struct pfs_lookup **ret,
			struct pfs_err *err)
{
	struct system_map *s = calloc(1, sizeof(*s));
	size_t len = 0;
	int r;

	if (!s)
		return pfs_err_set(err, ENOMEM, "out of memory");
	s->lookup.ops = &ops;
	s->lookup.from = "System.map";
	r = read_file(path, &s->text, &len, err);
	if (!r)
		r = add_symbols(s, len, err);
	if (!r)
		r = relocate(s, f, err);
	if (r) {
		op_free(&s->lookup);
		return pfs_err_wrap(err, "%s", path);
	}
	*ret = &s->lookup;
	return 0;
}
