/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines of the kernel in a text, whoever put what before them:
 *
 *	[   12.345678] text				dmesg, vmcore-dmesg.txt, serial console
 *	[   12.345678][  T123] text			the same with CONFIG_PRINTK_CALLER
 *	[Sun Nov 29 10:00:00 2026] text			dmesg -T; [Nov29 10:00] of dmesg -e
 *	kern  :info  : [   12.345678] text		dmesg -x
 *	<6>[   12.345678] text				pstore, serial console with log levels
 *	6,339,12345678,-,caller=T1;text			/dev/kmsg, extended netconsole
 *	Nov 29 10:00:00 host kernel: [   12.3] text	syslog
 *	2026-11-29T10:00:00+0000 host kernel: text	syslog, journalctl -o short-iso
 *	[   12.345678] host kernel: text		journalctl -o short-monotonic
 *	[2026-11-29 10:00:00] [   12.345678] text	a console server's own time
 *	MESSAGE=text					journalctl -o export
 *	Panic#1 Part2					pstore: the parts come youngest first
 *
 * A program's line in syslog is none of the kernel's. All else is taken as it is:
 * a kernel without printk.time puts nothing before its text.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bytes/log.h"

#define MAX_TEXT 8192		/* of a line; the kernel's own limit is 1024 */
#define MAX_LINES ((size_t)1 << 20)
#define SEC ((uint64_t)1000000000)
#define MAX_MONTH ((size_t)24)	/* bytes of its short name, in any language */

/* What was before the text of a line. */
struct prefix {
	uint64_t ts;
	bool has_ts;
	bool exact;  /* and it has the kernel's six digits */
	bool kernel; /* somebody says that it is the kernel's */
	bool other;  /* somebody says that it is not */
	bool has_caller;
	uint32_t caller; /* as in struct pfs_log_line */
	const char *host;
	size_t host_len;
};

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Of any language: what is beyond ASCII may be one. */
static bool letter(char c)
{
	unsigned char u = (unsigned char)c, low = u | 0x20;

	return u >= 0x80 || (low >= 'a' && low <= 'z');
}

static bool starts(const char *s, const char *with)
{
	return !strncmp(s, with, strlen(with));
}

static const char *blanks(const char *s)
{
	while (*s == ' ' || *s == '\t')
		s++;
	return s;
}

static const char *digits(const char *s)
{
	while (digit(*s))
		s++;
	return s;
}

/* A number of at most 12 digits; NULL: there is none. */
static const char *number(const char *s, uint64_t *ret)
{
	const char *end = digits(s);

	if (end == s || end - s > 12)
		return NULL;
	for (*ret = 0; s < end; s++)
		*ret = *ret * 10 + (uint64_t)(*s - '0');
	return end;
}

/* "12.345678" as nanoseconds, and how many digits are behind the point. */
static const char *seconds(const char *s, uint64_t *ret, size_t *ret_places)
{
	uint64_t whole, part;
	const char *end;
	size_t i;

	s = number(s, &whole);
	if (!s || *s != '.' || whole > UINT64_MAX / SEC / 2)
		return NULL;
	end = number(++s, &part);
	if (!end || end - s > 9)
		return NULL;
	*ret_places = (size_t)(end - s);
	for (i = *ret_places; i < 9; i++)
		part *= 10;
	*ret = whole * SEC + part;
	return end;
}

/* "[   12.345678]", with "<    0.000004>" before the bracket of dmesg -d. */
static const char *kernel_time(const char *s, struct prefix *p)
{
	uint64_t ts;
	size_t places;

	if (*s != '[')
		return NULL;
	s = seconds(blanks(s + 1), &ts, &places);
	if (!s)
		return NULL;
	s = blanks(s);
	if (*s == '<') {
		s += strcspn(s, ">]");
		s += *s == '>';
	}
	if (*s++ != ']')
		return NULL;
	p->ts = ts;
	p->has_ts = true;
	p->exact = places == 6;
	return s;
}

/* "T123", "C0", "T123@C1": a task, or a CPU that was in an interrupt. */
static const char *caller_id(const char *s, struct prefix *p)
{
	uint64_t id;
	const char *q = *s == 'T' || *s == 'C' ? number(s + 1, &id) : NULL;

	if (!q)
		return NULL;
	p->caller = (uint32_t)id | (*s == 'C' ? UINT32_C(1) << 31 : 0);
	p->has_caller = true;
	return *q == '@' && q[1] == 'C' && digit(q[2]) ? digits(q + 2) : q;
}

/* "[  T123]", "[ C0]", "[ T123@C1]": who printed it. */
static const char *caller(const char *s, struct prefix *p)
{
	struct prefix found = *p;
	const char *q = blanks(s);

	q = *q == '[' ? caller_id(blanks(q + 1), &found) : NULL;
	if (!q || *q != ']')
		return NULL;
	*p = found;
	return q + 1;
}

static const char *level(const char *s)
{
	const char *q = *s == '<' ? digits(s + 1) : s;

	return q > s + 1 && q - s <= 4 && *q == '>' ? q + 1 : NULL;
}

/* "10:00", "10:00:00", "10:00:00.123": the time of a day. */
static const char *clock(const char *s, bool whole)
{
	if (!digit(s[0]) || !digit(s[1]) || s[2] != ':' || !digit(s[3]) || !digit(s[4]))
		return NULL;
	s += 5;
	if (*s != ':')
		return whole ? NULL : s;
	if (!digit(s[1]) || !digit(s[2]))
		return NULL;
	s += 3;
	return (*s == '.' || *s == ',') && digit(s[1]) ? digits(s + 1) : s;
}

/* A time in brackets that is not the kernel's: of dmesg -T and -e, of a console server. */
static const char *bracket_time(const char *s)
{
	const char *end, *q;
	bool is;

	if (*s != '[')
		return NULL;
	end = s + 1 +
	      strspn(s + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			    "0123456789 :+.,-");
	if (*end != ']' || end - s > 48)
		return NULL;
	is = blanks(s + 1)[0] == '+' && digit(blanks(s + 1)[1]);
	for (q = s + 1; q < end && !is; q++)
		is = (q == s + 1 || !digit(q[-1])) && clock(q, false);
	return is ? end + 1 : NULL;
}

/* "2026-11-29T10:00:00.123456+00:00 ". */
static const char *iso_time(const char *s, bool *ret_host)
{
	size_t i;

	for (i = 0; i < 10; i++)
		if (i == 4 || i == 7 ? s[i] != '-' : !digit(s[i]))
			return NULL;
	if (s[10] != 'T' && s[10] != ' ' && s[10] != '_')
		return NULL;
	if (!clock(s + 11, true))
		return NULL;
	/* dmesg writes a comma before the fraction, and no host behind it all. */
	*ret_host = s[10] == 'T' && s[19] != ',';
	s = clock(s + 11, true);
	if (*s == 'Z')
		s++;
	else if ((*s == '+' || *s == '-') && digit(s[1]))
		s += 1 + strspn(s + 1, "0123456789:");
	return *s == ' ' ? s + 1 : NULL;
}

/*
 * The short name of a month, as journalctl writes it in the user's language: "Nov", "nov.",
 * "апр", "11月". English ones need not have a host behind the time.
 */
static size_t month(const char *s, bool *ret_english)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	size_t n = 0, letters = 0, i;

	for (; n <= MAX_MONTH && (letter(s[n]) || digit(s[n]) || s[n] == '.'); n++)
		letters += letter(s[n]);
	for (i = 0; i < 12 && (n != 3 || strncmp(s, months + 3 * i, 3)); i++)
		;
	*ret_english = i < 12;
	return letters && n <= MAX_MONTH ? n : 0;
}

/* "Nov 29 10:00:00 ". */
static const char *syslog_time(const char *s, bool *ret_english)
{
	size_t n = month(s, ret_english);

	if (!n || s[n] != ' ')
		return NULL;
	s = blanks(s + n);
	if (!digit(*s))
		return NULL;
	s = blanks(digits(s));
	if (starts(s, "20") && digit(s[2]) && digit(s[3]) && s[4] == ' ')
		s += 5;
	s = clock(s, true);
	return s && *s == ' ' ? s + 1 : NULL;
}

/* Of "kernel: ", "kernel[0]: ", and of what other programs call themselves. */
static const char *tag(const char *s, bool *ret_kernel)
{
	static const char *const names[] = { "kernel", "klogd", "vmunix" };
	size_t n = strcspn(s, " \t:["), i;
	const char *end = s + n;

	if (*end == '[') {
		end += strcspn(end, "] ");
		end += *end == ']';
	}
	if (!n || *end != ':')
		return NULL;
	*ret_kernel = false;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		*ret_kernel |= strlen(names[i]) == n && !memcmp(s, names[i], n);
	end++;
	return *end == ' ' ? end + 1 : !*end || *end == '[' ? end : NULL;
}

/* "host kernel: ", "host sshd[12]: ". only: nothing but the kernel's is one. */
static const char *host_and_tag(const char *s, struct prefix *p, bool only)
{
	size_t n = strcspn(s, " ");
	const char *end;
	bool kernel;

	if (!n || s[n] != ' ' || memchr(s, '[', n) || s[n - 1] == ':')
		return NULL;
	end = tag(s + n + 1, &kernel);
	if (!end || (only && !kernel))
		return NULL;
	p->kernel |= kernel;
	p->other |= !kernel;
	p->host = s;
	p->host_len = n;
	return end;
}

/* "kern  :info  : " */
static const char *facility(const char *s)
{
	static const char *const names[] = { "kern", "user", "daemon", "syslog", "auth" };
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz"), i;
	const char *q = blanks(s + n);

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == n && !memcmp(names[i], s, n))
			break;
	if (i == sizeof(names) / sizeof(names[0]) || *q != ':')
		return NULL;
	q++;
	n = strspn(q, "abcdefghijklmnopqrstuvwxyz");
	q = blanks(q + n);
	return n && *q == ':' ? q + (q[1] == ' ' ? 2 : 1) : NULL;
}

/* "6,339,12345678,-,caller=T1;" */
static const char *kmsg(const char *s, struct prefix *p)
{
	const char *q;
	uint64_t v, us;

	s = number(s, &v);
	if (!s || *s != ',' || !(s = number(s + 1, &v)) || *s != ',' || !(s = number(s + 1, &us)) ||
	    *s != ',')
		return NULL;
	q = strstr(s, ",caller=");
	s += strcspn(s, ";");
	if (*s != ';')
		return NULL;
	if (q && q < s)
		caller_id(q + 8, p);
	p->ts = us > UINT64_MAX / 1000 ? 0 : us * 1000;
	p->has_ts = p->exact = p->kernel = true;
	return s + 1;
}

/* One thing that somebody put before a line; NULL: there is nothing more. */
static const char *strip_one(const char *s, struct prefix *p)
{
	const char *q, *r;
	bool host, english;

	if ((q = level(s)) || (q = facility(s)) || (q = kmsg(s, p)))
		return q;
	if ((q = kernel_time(s, p))) {
		r = caller(q, p);
		q = r ? r : q;
		q += *q == ' ';
		r = p->kernel ? NULL : host_and_tag(q, p, true);
		return r ? r : q;
	}
	if ((q = bracket_time(s)))
		return q + (*q == ' ');
	if ((q = iso_time(s, &host))) {
		r = host ? host_and_tag(q, p, false) : NULL;
		return r ? r : q;
	}
	if ((q = syslog_time(s, &english))) {
		r = host_and_tag(q, p, false);
		if (r || english)
			return r ? r : q;
	}
	if ((q = clock(s, true)) && *q == ' ')
		return q + 1;
	/* wall(1) of syslogd; "> " of a mail that quotes it. */
	if (starts(blanks(s), "kernel:") && blanks(s)[7] == '[')
		return blanks(s) + 7;
	if (*s == '>' && (s[1] == ' ' || s[1] == '>'))
		return s + 1 + (s[1] == ' ');
	return NULL;
}

/* What is behind all of it. Nobody puts more than six things before a line. */
static const char *strip(const char *s, struct prefix *p)
{
	const char *q;
	int i;

	for (i = 0; i < 6 && !p->other && (q = strip_one(s, p)); i++)
		s = q;
	q = p->has_ts ? NULL : caller(s, p);
	return q ? q + (*q == ' ') : s;
}

/* Behind a shell's prompt, or what else had no line end: a time of the kernel's own. */
static char *time_within(char *s, size_t len)
{
	char *q = s, *end = s + len;

	while (q < end && (q = memchr(q + 1, '[', (size_t)(end - q) - 1))) {
		struct prefix p = { 0 };
		const char *behind = kernel_time(q, &p);

		if (behind && p.exact && (*behind == ' ' || *behind == '['))
			return q;
	}
	return NULL;
}

/*
 * Drop what a terminal would not show, in place: escape sequences, backspaces. A
 * carriage return ends a line, and so does a NUL: a file system that lost the last
 * blocks of a log has these in their place.
 */
static size_t clean(char *text, size_t len)
{
	size_t i = 0, n = 0;

	while (i < len) {
		unsigned char c = (unsigned char)text[i++];

		if (c == 0x1b && i < len && text[i] == '[') {
			for (i++; i < len && (unsigned char)text[i] >= 0x20 &&
				  (unsigned char)text[i] < 0x40;
			     i++)
				;
			i += i < len && (unsigned char)text[i] >= 0x40 &&
			     (unsigned char)text[i] < 0x7f;
		} else if (c == 0x1b) {
			while (i < len && (unsigned char)text[i] >= 0x20 &&
			       (unsigned char)text[i] < 0x30)
				i++;
			i += i < len && (unsigned char)text[i] >= 0x30;
		} else if (c == '\r' || !c) {
			text[n++] = '\n';
		} else if (c != '\b' && c != 0x07) {
			text[n++] = (char)c;
		}
	}
	return n;
}

/* What a part of pstore's is called: "Panic#1 Part2", "====1234.567890-D". */
static bool pstore_head(const char *s, uint64_t *ret_set, uint64_t *ret_part)
{
	size_t n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
	const char *q = s + n;

	if (!n || n > 16 || *q != '#' || !(q = number(q + 1, ret_set)) || !starts(q, " Part"))
		return false;
	q = number(q + 5, ret_part);
	*ret_set = *ret_set << 8 | (unsigned char)*s;
	return q && !*blanks(q);
}

static bool ramoops_head(const char *s)
{
	uint64_t ts;
	size_t places;

	if (!starts(s, "===="))
		return false;
	s = seconds(s + 4, &ts, &places);
	return s && (!*s || *s == '-');
}

static bool journal_boot(const char *s)
{
	return starts(s, "-- Boot ") || starts(s, "-- Reboot --");
}

static bool journal_note(const char *s)
{
	return starts(s, "-- Logs begin at ") || starts(s, "-- Journal begins at ") ||
	       starts(s, "-- No entries --");
}

/* Words that only a kernel prints, at the beginning of a line of whatever it is. */
static bool kernel_words(const char *s)
{
	static const char *const words[] = {
		"Linux version ",
		"Kernel panic - not syncing: ",
		"BUG: unable to handle ",
		"BUG: kernel NULL pointer",
		"BUG: Bad page ",
		"BUG: KASAN: ",
		"kernel BUG at ",
		"general protection fault",
		"Unable to handle kernel ",
		"Call Trace:",
		"Call trace:",
		"---[ end trace",
		"------------[ cut here ]",
		"WARNING: CPU: ",
		"list_del corruption",
		"list_add corruption",
		"page dumped because: ",
		"RIP: 0010:",
		"Internal error: Oops",
	};
	size_t i;

	s = blanks(s);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (starts(s, words[i]))
			return true;
	return false;
}

struct split {
	struct pfs_arena *a;
	struct pfs_log_boots *b;
	size_t nr; /* of the line */
	size_t kept;
	bool version;
	uint64_t latest; /* time of this boot */
	uint64_t ts;	 /* of the line before */
	bool no_memory;
};

static void begin_boot(struct split *s)
{
	struct pfs_log_boots *b = s->b;

	s->version = false;
	s->latest = s->ts = 0;
	if (b->nr && !b->boot[b->nr - 1].nr)
		return;
	if (!pfs_grow(s->a, &b->boot, &b->nr, &b->cap, sizeof(*b->boot)))
		s->no_memory = true;
}

static const char *word_of(struct split *s, const char *text, size_t len)
{
	char *p = pfs_strndup(s->a, text, len);

	if (!p)
		s->no_memory = true;
	return p;
}

/*
 * Does another boot begin here? The kernel's first words say so, or its clock: it
 * starts from 0, and else goes back by no more than what CPUs have to tell at once.
 */
static bool is_boot(const struct split *s, const char *text, const struct prefix *p)
{
	if (starts(text, "Linux version ") && (s->version || s->latest > SEC))
		return true;
	return p->has_ts && p->ts < SEC && s->latest > 10 * SEC;
}

static void add(struct split *s, const char *text, const struct prefix *p)
{
	size_t len = strlen(text);
	struct pfs_log_boot *boot;
	struct pfs_log_line *l;

	if (!s->b->nr || is_boot(s, text, p))
		begin_boot(s);
	if (s->no_memory)
		return;
	if (s->kept++ > 4 * MAX_LINES) {
		s->b->full = true;
		return;
	}
	boot = &s->b->boot[s->b->nr - 1];
	if (starts(text, "Linux version ")) {
		s->version = true;
		boot->release = word_of(s, text + 14, strcspn(text + 14, " "));
	}
	if (p->host && p->kernel && !boot->host)
		boot->host = word_of(s, p->host, p->host_len);
	if (p->has_ts) {
		s->ts = p->ts;
		if (p->ts > s->latest)
			s->latest = p->ts;
	}
	s->b->marks += p->exact || p->kernel;
	s->b->words += kernel_words(text);
	l = pfs_grow(s->a, &boot->lines, &boot->nr, &boot->cap, sizeof(*l));
	if (!l) {
		s->no_memory = true;
		return;
	}
	*l = (struct pfs_log_line){
		.ts_nsec = s->ts,
		.text = text,
		.len = len,
		.nr = s->nr,
		.caller = p->caller,
		.has_caller = p->has_caller,
	};
}

/* A line of len bytes; text[len] may be written. */
static void take(struct split *s, char *text, size_t len)
{
	struct prefix p = { 0 };
	uint64_t set, part;
	const char *rest;
	char *within;

	s->b->lines++;
	if (len > MAX_TEXT)
		len = MAX_TEXT;
	text[len] = '\0';
	if (!*blanks(text))
		return;
	if (journal_boot(text)) {
		begin_boot(s);
		return;
	}
	if (journal_note(text) || ramoops_head(text) || pstore_head(text, &set, &part))
		return;
	rest = strip(text, &p);
	if (p.other)
		return;
	within = p.has_ts ? NULL : time_within(text, len);
	if (within) {
		/* What is before it ends where it begins: it needs a place of its own. */
		const char *own = word_of(s, within, len - (size_t)(within - text));

		if (!own)
			return;
		*within = '\0';
		if (rest < within && *blanks(rest))
			add(s, rest, &p);
		p = (struct prefix){ 0 };
		rest = strip(own, &p);
	}
	add(s, rest, &p);
}

static char *eol_of(char *text, char *end)
{
	char *eol = memchr(text, '\n', (size_t)(end - text));

	return eol ? eol : end;
}

static void take_lines(struct split *s, char *text, size_t len)
{
	char *end = text + len, *eol;

	for (; text < end && !s->no_memory; text = eol + 1) {
		eol = eol_of(text, end);
		s->nr++;
		take(s, text, (size_t)(eol - text));
	}
}

/* A part of pstore: its text, and where it belongs. */
struct part {
	char *text;
	size_t len, first; /* first: number of the line before it */
	uint64_t set, part;
	size_t place; /* of its set, then of itself */
};

static int by_part(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	return x->part < y->part ? 1 : x->part > y->part ? -1 : x->text < y->text ? -1 : 1;
}

/* The parts of a text; none where it has no such heads. */
static struct part *find_parts(struct split *s, char *text, size_t len, size_t *ret_nr)
{
	char *end = text + len, *eol, line[64];
	struct part *parts = NULL, *p = NULL;
	size_t nr = 0, cap = 0, lines = 0, i, n;
	uint64_t set, part;

	for (; text < end; text = eol + 1) {
		eol = eol_of(text, end);
		n = (size_t)(eol - text);
		lines++;
		if (n < sizeof(line)) {
			memcpy(line, text, n);
			line[n] = '\0';
			if (pstore_head(line, &set, &part)) {
				p = pfs_grow(s->a, &parts, &nr, &cap, sizeof(*p));
				if (!p) {
					s->no_memory = true;
					return NULL;
				}
				*p = (struct part){ .text = eol < end ? eol + 1 : end,
						    .first = lines,
						    .set = set,
						    .part = part };
				for (i = 0; parts[i].set != set; i++)
					;
				p->place = i;
				continue;
			}
		}
		if (p)
			p->len = (size_t)(eol - p->text);
	}
	*ret_nr = nr;
	return parts;
}

static void take_text(struct split *s, char *text, size_t len)
{
	size_t nr = 0, i;
	struct part *parts = find_parts(s, text, len, &nr);

	if (!nr) {
		take_lines(s, text, len);
		return;
	}
	/* What comes before the first head is its own. */
	take_lines(s, text, (size_t)(parts[0].text - text));
	s->b->marks += nr;
	qsort(parts, nr, sizeof(*parts), by_part);
	for (i = 0; i < nr; i++) {
		if (i && parts[i].place != parts[i - 1].place)
			begin_boot(s);
		s->nr = parts[i].first;
		take_lines(s, parts[i].text, parts[i].len);
	}
}

/* An entry of the journal's export format, as far as it was read. */
struct entry {
	char *message;
	size_t len, nr;
	uint64_t us;
	bool has_us, kernel, has_transport;
	char boot[40], host[72];
};

static void end_entry(struct split *s, struct entry *e, char last_boot[40])
{
	struct prefix p = { .ts = e->us * 1000, .has_ts = e->has_us, .kernel = true };
	char *text = e->message, *end = text + e->len, *eol;

	if (text && e->kernel) {
		if (*e->boot && *last_boot && strcmp(e->boot, last_boot))
			begin_boot(s);
		memcpy(last_boot, e->boot, sizeof(e->boot));
		p.host = e->host;
		p.host_len = strlen(e->host);
		if (!p.host_len)
			p.host = NULL;
		s->nr = e->nr;
		for (; text < end; text = eol + 1) {
			eol = eol_of(text, end);
			s->b->lines++;
			if (eol - text > MAX_TEXT)
				text[MAX_TEXT] = '\0';
			*eol = '\0';
			if (*blanks(text))
				add(s, text, &p);
		}
	}
	*e = (struct entry){ 0 };
}

static void copy_value(char *dst, size_t size, const char *v, size_t len)
{
	if (len >= size || memchr(v, '\0', len))
		return;
	memcpy(dst, v, len);
	dst[len] = '\0';
}

static void take_field(struct entry *e, const char *name, size_t n, char *v, size_t len, size_t nr)
{
	char text[24] = "";
	bool kernel = len == 6 && !memcmp(v, "kernel", 6);

#define IS(x) (n == sizeof(x) - 1 && !memcmp(name, x, n))
	if (IS("MESSAGE")) {
		e->message = v;
		e->len = clean(v, len);
		e->nr = nr;
	} else if (IS("_TRANSPORT")) {
		e->has_transport = true;
		e->kernel = kernel;
	} else if (IS("SYSLOG_IDENTIFIER") && !e->has_transport) {
		e->kernel = kernel;
	} else if (IS("_BOOT_ID")) {
		copy_value(e->boot, sizeof(e->boot), v, len);
	} else if (IS("_HOSTNAME")) {
		copy_value(e->host, sizeof(e->host), v, len);
	} else if (IS("_SOURCE_MONOTONIC_TIMESTAMP") ||
		   (IS("__MONOTONIC_TIMESTAMP") && !e->has_us)) {
		copy_value(text, sizeof(text), v, len);
		e->has_us = number(text, &e->us) != NULL;
	}
#undef IS
}

/*
 * journalctl -o export: fields as NAME=value, or as NAME, a line end, 8 bytes of
 * length and the value; an empty line ends an entry. A length that cannot be is
 * damage: what follows is looked at line by line again.
 */
static void take_export(struct split *s, char *text, size_t len)
{
	char *end = text + len, *eol, *eq, last_boot[40] = "";
	struct entry e = { 0 };
	size_t lines = 0;
	uint64_t n;
	int i;

	while (text < end && !s->no_memory) {
		eol = eol_of(text, end);
		lines++;
		eq = memchr(text, '=', (size_t)(eol - text));
		if (eol == text) {
			end_entry(s, &e, last_boot);
		} else if (eq) {
			take_field(&e, text, (size_t)(eq - text), eq + 1, (size_t)(eol - eq) - 1,
				   lines);
		} else if (end - eol > 9) {
			for (n = 0, i = 7; i >= 0; i--)
				n = n << 8 | (unsigned char)eol[1 + i];
			if (n < (uint64_t)(end - eol) - 9) {
				take_field(&e, text, (size_t)(eol - text), eol + 9, (size_t)n,
					   lines);
				eol += 9 + n;
			}
		}
		text = eol + 1;
	}
	end_entry(s, &e, last_boot);
}

static bool is_export(const char *text, size_t len)
{
	static const char *const names[] = { "__CURSOR=", "__REALTIME_TIMESTAMP=",
					     "__MONOTONIC_TIMESTAMP=" };
	const char *end = text + (len < 65536 ? len : 65536), *q;
	size_t i, n;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		n = strlen(names[i]);
		for (q = text; (q = memmem(q, (size_t)(end - q), names[i], n)); q += n)
			if (q == text || q[-1] == '\n')
				return true;
	}
	return false;
}

/* How many bytes come before the last MAX_LINES lines, and how many lines these are. */
static size_t skip_oldest(const char *text, size_t len, size_t *ret_lines)
{
	const char *q;
	size_t n = 0, skipped = len;

	/* By hand: a sanitizer looks at all that memrchr() may look at, for each line. */
	for (; skipped && n < MAX_LINES; n += text[skipped] == '\n')
		skipped--;
	skipped += n == MAX_LINES;
	for (*ret_lines = 0, q = text; (q = memchr(q, '\n', (size_t)(text + skipped - q))); q++)
		++*ret_lines;
	return skipped;
}

static void split(struct split *s, char *text, size_t len)
{
	size_t skipped;

	if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) {
		text += 3;
		len -= 3;
	}
	if (is_export(text, len)) {
		take_export(s, text, len);
		return;
	}
	len = clean(text, len);
	text[len] = '\0';
	skipped = skip_oldest(text, len, &s->nr);
	s->b->full = skipped;
	take_text(s, text + skipped, len - skipped);
}

/* Of a log that is too long the end matters. */
static void limit(struct pfs_log_boots *b)
{
	size_t i, n = 0;

	for (i = b->nr; i; i--) {
		struct pfs_log_boot *boot = &b->boot[i - 1];

		if (boot->nr > MAX_LINES - n) {
			boot->lines += boot->nr - (MAX_LINES - n);
			boot->nr = MAX_LINES - n;
			b->full = true;
		}
		n += boot->nr;
	}
}

int pfs_log_split(struct pfs_arena *a, struct pfs_text *t, struct pfs_log_boots *ret,
		  struct pfs_err *err)
{
	struct split s = { .a = a, .b = ret };

	*ret = (struct pfs_log_boots){ 0 };
	split(&s, t->text, t->len);
	if (s.no_memory)
		return pfs_err_set(err, ENOMEM, "log: out of memory");
	limit(ret);
	return 0;
}

bool pfs_log_has_kernel(const struct pfs_log_boots *b)
{
	/* A program has such words in it, among all else. */
	return b->marks || (b->words && b->words >= b->lines / 256);
}

bool pfs_log_is(char *text, size_t len)
{
	struct pfs_log_boots b = { 0 };
	struct pfs_arena a;
	struct split s = { .a = &a, .b = &b };
	bool is;

	pfs_arena_init(&a);
	split(&s, text, len);
	/* A text about a log quotes a few lines of it. */
	is = !s.no_memory && b.marks + b.words && b.marks + b.words >= b.lines / 8;
	pfs_arena_deinit(&a);
	return is;
}
