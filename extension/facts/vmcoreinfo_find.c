/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The VMCOREINFO of a dump that has no such note: QEMU writes none for a guest
 * without a vmcoreinfo device. The kernel keeps the text ready, though, in two
 * places: vmcoreinfo_data points to a page of it, vmcoreinfo_note to the whole
 * ELF note. (In a kernel that was crashing, vmcoreinfo_data points to a copy
 * inside the memory of the capture kernel; the note stays what it was.)
 *
 * First the page tables that a CPU was using are tried: they map the kernel
 * image, which holds kallsyms, which name the note. Otherwise every page is
 * searched for the text itself. Last, if the kernel keeps no such text, what
 * must be known is derived from page tables and symbols and written in the same
 * form.
 *
 * Memory may hold the text of another kernel, from before a kexec or of a
 * nested guest. So a text is taken only if the page tables that it names map
 * the kernel where it says, and if init_uts_ns holds its release.
 */
#include "facts/image.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TEXT	((size_t)64 << 10)	/* of a note: one page, or more from v7.3 on */
#define MAX_TRIED	4u	/* CPUs that are tried: all run one kernel */
#define MAX_OTHERS	256u	/* texts that may fail the check */
#define MAX_UTS		512	/* bytes of init_uts_ns that the release is in */
#define MAX_BANNER	256

struct search {
	struct pfs_target *t;
	const struct pfs_arch *arch;
	struct pfs_arena *a;
	char *text; /* arena; NULL: none yet */
	size_t len;
	unsigned int others; /* texts that failed the check */
};

static bool has_release(struct pfs_mem *m, const struct pfs_vmcoreinfo *v)
{
	const char *release = pfs_vmcoreinfo_get(v, "OSRELEASE");
	unsigned char uts[MAX_UTS];
	uint64_t va;

	/* At the end of new_utsname's field of 65 bytes there is room for the NUL. */
	if (!release || !*release || strlen(release) > 64 ||
	    pfs_vmcoreinfo_number(v, "SYMBOL(init_uts_ns)", &va) ||
	    pfs_read_va(m, va, uts, sizeof(uts), NULL))
		return false;
	return memmem(uts, sizeof(uts), release, strlen(release) + 1);
}

/*
 * The image is mapped in one piece: by the text, _stext and the root table have
 * the same distance between virtual and physical address.
 */
static bool maps_image(struct pfs_mem *m, const struct pfs_facts *f, uint64_t stext)
{
	enum pfs_fact_id top = pfs_have(f, PFS_F_INIT_TOP_PGT) ? PFS_F_INIT_TOP_PGT :
								 PFS_F_SWAPPER_PG_DIR;
	struct pfs_walk w;

	pfs_walk_va(m, stext, &w);
	return w.mapped && w.pa - stext == m->root.pa - pfs_val(f, top);
}

static int check_memory(const struct search *s, struct pfs_arena *a, const struct pfs_vmcoreinfo *v)
{
	struct pfs_facts *f = malloc(sizeof(*f));
	struct pfs_mem *m = malloc(sizeof(*m));
	struct pfs_err ignored;
	int r;

	r = f && m ? pfs_facts_resolve(f, a, NULL, 0, v, s->arch, &ignored) : -ENOMEM;
	if (!r)
		r = pfs_mem_init(m, s->t, s->arch, f, &ignored);
	if (!r && (!maps_image(m, f, pfs_val(f, PFS_F_STEXT)) || !has_release(m, v)))
		r = -EINVAL;
	free(f);
	free(m);
	return r;
}

/* Is the text well-formed, and does the memory that it was found in agree with it? */
static int stands(const struct search *s, const char *text, size_t len)
{
	static const char *const keys[] = {
		"OSRELEASE",
		"PAGESIZE",
		"SYMBOL(init_uts_ns)",
		"SYMBOL(_stext)",
	};
	struct pfs_vmcoreinfo v;
	struct pfs_arena a;
	struct pfs_err ignored;
	size_t i;
	int r;

	pfs_arena_init(&a);
	r = pfs_vmcoreinfo_parse(&a, text, len, &v, &ignored);
	for (i = 0; !r && i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!pfs_vmcoreinfo_get(&v, keys[i]))
			r = -EINVAL;
	if (!r)
		r = check_memory(s, &a, &v);
	pfs_arena_deinit(&a);
	return r;
}

/* Take a text that passed the check; -EEXIST: another one has passed, too. */
static int take(struct search *s, const char *text, size_t len)
{
	int r;

	if (s->text && s->len == len && !memcmp(s->text, text, len))
		return 0;
	r = stands(s, text, len);
	if (r == -EINVAL && s->others++ == MAX_OTHERS)
		return -E2BIG;
	if (r)
		return r == -ENOMEM ? r : 0;
	if (s->text)
		return -EEXIST;
	s->text = pfs_strndup(s->a, text, len);
	s->len = len;
	return s->text ? 0 : -ENOMEM;
}

/*
 * The note in the kernel's memory:
 *
 *	+0 namesz  +4 descsz  +8 type  +12 "VMCOREINFO"  +24 text
 */
static int from_note(struct search *s, struct pfs_mem *m, struct pfs_lookup *symbols)
{
	unsigned char head[24];
	struct pfs_err ignored;
	uint64_t at, note;
	size_t len;
	char *text;
	int r = 0;

	if (symbols->ops->symbol(symbols, "vmcoreinfo_note", &at) ||
	    pfs_read_u64(m, at, &note, "vmcoreinfo_note", &ignored) ||
	    pfs_read_va(m, note, head, sizeof(head), NULL) || pfs_le32(head) != 11 ||
	    memcmp(head + 12, "VMCOREINFO", 11))
		return 0;
	len = pfs_le32(head + 4);
	text = len && len <= MAX_TEXT ? malloc(len) : NULL;
	if (text && !pfs_read_va(m, note + sizeof(head), text, len, NULL))
		r = take(s, text, strnlen(text, len));
	free(text);
	return r;
}

/* "Linux version 5.10.0-8-amd64 (..."; "" where it cannot be read. */
static void read_release(struct pfs_mem *m, struct pfs_lookup *symbols, char *buf, size_t size)
{
	static const char prefix[] = "Linux version ";
	struct pfs_err ignored;
	char banner[MAX_BANNER];
	uint64_t va;
	size_t n;

	buf[0] = '\0';
	if (symbols->ops->symbol(symbols, "linux_banner", &va) ||
	    pfs_read_str(m, va, banner, sizeof(banner), "linux_banner", &ignored) ||
	    strncmp(banner, prefix, sizeof(prefix) - 1))
		return;
	n = strcspn(banner + sizeof(prefix) - 1, " \n");
	if (n < size)
		snprintf(buf, size, "%.*s", (int)n, banner + sizeof(prefix) - 1);
}

/*
 * Write what pfs_mem_init() and the checks of other sources need, in the form
 * of VMCOREINFO.
 */
static int make_up(struct search *s, struct pfs_mem *m, struct pfs_lookup *symbols, uint64_t text)
{
	char release[MAX_BANNER], *buf;
	uint64_t top, uts, stext;
	size_t used;
	int n;

	if (symbols->ops->symbol(symbols, s->arch->top_symbol, &top) ||
	    symbols->ops->symbol(symbols, "_stext", &stext) ||
	    symbols->ops->symbol(symbols, "init_uts_ns", &uts))
		return 0;
	read_release(m, symbols, release, sizeof(release));
	if (!release[0])
		return 0;
	buf = pfs_alloc(s->a, 2048);
	if (!buf)
		return -ENOMEM;
	used = (size_t)snprintf(buf, 1024,
				"OSRELEASE=%s\nSYMBOL(_stext)=%llx\n"
				"SYMBOL(init_uts_ns)=%llx\n",
				release, (unsigned long long)stext, (unsigned long long)uts);
	n = s->arch->describe(m, text, top, buf + used, 1024);
	if (n < 0 || stands(s, buf, used + (size_t)n))
		return 0;
	s->text = buf;
	s->len = used + (size_t)n;
	return 0;
}

/* The image that m maps; its first executable byte is _text. */
static int from_image(struct search *s, struct pfs_mem *m, bool made_up)
{
	struct pfs_vmcoreinfo nothing = { NULL, 0, NULL };
	struct pfs_lookup *symbols;
	struct pfs_image image;
	struct pfs_err ignored;
	size_t i;
	int r;

	r = pfs_image_find(m, s->a, &image, &ignored);
	for (i = 0; !r && i < image.nr && !image.r[i].exec; i++)
		;
	if (!r && i < image.nr)
		r = pfs_kallsyms_scan(m, &image, &nothing, image.r[i].start, &symbols, &ignored);
	if (r || i == image.nr)
		return r == -ENOMEM ? r : 0;
	r = made_up ? make_up(s, m, symbols, image.r[i].start) : from_note(s, m, symbols);
	symbols->ops->free(symbols);
	return r;
}

static int from_cpus(struct search *s, bool made_up)
{
	struct pfs_mem *m;
	unsigned int i, k;
	int r = 0;

	if (!s->arch->bootstrap)
		return 0;
	m = calloc(1, sizeof(*m));
	if (!m)
		return -ENOMEM;
	m->target = s->t;
	m->arch = s->arch;
	m->image_start = s->arch->image_start;
	m->image_end = s->arch->image_end;
	for (i = 0; i < s->t->info.nr_qemu && i < MAX_TRIED && !r && !s->text; i++) {
		const struct pfs_qemu_note *cpu = &s->t->info.qemu[i];

		for (k = 0; !r && !s->text && !s->arch->bootstrap(m, cpu->state, cpu->len, k); k++)
			r = from_image(s, m, made_up);
	}
	free(m);
	return r;
}

/*
 * The page at pa begins like the text. If it does not end in this page, nothing
 * says how long it is, and the next page may belong to anybody: only whole
 * lines are taken.
 */
static int from_page(struct search *s, uint64_t pa, char *buf)
{
	size_t n = 0;

	pfs_target_read(s->t, pa, buf, s->t->info.page_size, &n);
	if (!memchr(buf, '\0', n))
		while (n && buf[n - 1] != '\n')
			n--;
	return take(s, buf, strnlen(buf, n));
}

static int from_pages(struct search *s)
{
	static const char first[] = "OSRELEASE=";
	uint64_t page = s->t->info.page_size, pa = 0, end = s->t->info.max_pfn;
	/* The pages of the dump may be larger than the kernel's: QEMU's are of ppc64le. */
	uint64_t step = pfs_min64(page, s->arch->page_sizes & -s->arch->page_sizes);
	char *buf = malloc(page ? page : 1);
	int r = 0;

	if (!buf)
		return -ENOMEM;
	end = !page || end > UINT64_MAX / page || !s->t->ops->presence ? 0 : end * page;
	while (pa < end && !r) {
		uint64_t until;

		if (s->t->ops->presence(s->t, pa, &until) != PFS_PRESENT) {
			pa = until > pa ? (until + step - 1) / step * step : end;
			continue;
		}
		if (until > end)
			until = end;
		for (; pa < until && !r; pa += step) {
			char head[sizeof(first) - 1];
			size_t n;

			/* A sparse file has terabytes of nothing. */
			if (s->t->ops->next_data)
				pa += (s->t->ops->next_data(s->t, pa) - pa) / step * step;
			if (pa >= until)
				break;
			if (pfs_target_read(s->t, pa, head, sizeof(head), &n) == PFS_PRESENT &&
			    !memcmp(head, first, sizeof(head)))
				r = from_page(s, pa, buf);
		}
	}
	free(buf);
	return r;
}

int pfs_vmcoreinfo_find(struct pfs_target *t, const struct pfs_arch *arch, struct pfs_arena *a,
			struct pfs_found_vmcoreinfo *ret, struct pfs_err *err)
{
	struct search s = { .t = t, .arch = arch, .a = a };
	const char *from = "VMCOREINFO (memory)";
	int r = from_cpus(&s, false);

	if (!r && !s.text)
		r = from_pages(&s);
	if (!r && !s.text) {
		from = "CPU and kernel image";
		r = from_cpus(&s, true);
	}
	if (r == -EEXIST)
		return pfs_err_set(err, ENOENT,
				   "two different ones are true of the kernel in "
				   "memory");
	if (r && r != -E2BIG)
		return pfs_err_set(err, ENOMEM, "out of memory");
	if (!s.text)
		return pfs_err_set(err, ENOENT,
				   "%zu CPUs with page tables, %u texts of other "
				   "kernels",
				   t->info.nr_qemu, s.others);
	*ret = (struct pfs_found_vmcoreinfo){ s.text, s.len, from };
	return 0;
}
