/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel log as lines, from a log without a dump or out of the memory of a
 * dump, where it has one of two formats:
 *
 * From v5.10 on (896fbe20b4e2 "printk: use the lockless ringbuffer") there are
 * three rings: descriptors and infos, which the low bits of the id of a record
 * index, and a ring of text. The state_var of a descriptor is
 *
 *	63 62 61                               0
 *	+-----+---------------------------------+
 *	|state| id                              |
 *	+-----+---------------------------------+
 *	0 reserved  1 committed  2 finalized  3 reusable
 *
 * From v3.5 to v5.9 one buffer holds records of variable length. A length of 0
 * means that the next record is at the start of the buffer.
 */
#include "core/model/model.h"

#include <errno.h>
#include <string.h>

#define MAX_TEXT ((size_t)64 << 20)
#define MAX_LINES ((size_t)1 << 20)
#define MAX_BAD 65536		/* records in a row that cannot be used */

#define ID_MASK (UINT64_MAX >> 2)

/* enum log_flags */
#define LOG_NEWLINE 2
#define LOG_PREFIX  4
#define LOG_CONT    8
#define FRAGMENTS   8 /* lines of others that may stand between two fragments */

struct build {
	struct pfs_model *m;
	size_t cap, bytes;
	uint64_t unreadable, damaged;
	bool full;
};

static bool read_u32(struct pfs_model *m, uint64_t va, uint64_t *ret)
{
	unsigned char buf[4];

	if (pfs_read_va(m->mem, va, buf, sizeof(buf), NULL))
		return false;
	*ret = pfs_le32(buf);
	return true;
}

static bool read_u64(struct pfs_model *m, uint64_t va, uint64_t *ret)
{
	unsigned char buf[8];

	if (pfs_read_va(m->mem, va, buf, sizeof(buf), NULL))
		return false;
	*ret = pfs_le64(buf);
	return true;
}

/* What a record says beside its text. */
struct record {
	uint64_t ts;
	uint32_t caller;
	bool has_caller;
	unsigned int flags; /* LOG_NEWLINE where they are not known */
};

/* The flags are the low bits of the byte at va; not every dump holds them. */
static void read_origin(struct pfs_model *m, uint64_t info, enum pfs_fact_id caller, uint64_t flags,
			struct record *ret)
{
	unsigned char byte;
	uint64_t id;

	ret->flags = LOG_NEWLINE;
	if (!pfs_read_va(m->mem, flags, &byte, 1, NULL))
		ret->flags = byte & 31;
	ret->has_caller = pfs_have(m->facts, caller) &&
			  read_u32(m, info + pfs_val(m->facts, caller), &id);
	ret->caller = ret->has_caller ? (uint32_t)id : 0;
}

/*
 * Add the lines of one record, the last one first. Records are read from the
 * newest to the oldest, so that an overlong log loses its oldest part.
 */
static int add_record(struct build *b, const struct record *rec, uint64_t va, size_t len)
{
	struct pfs_model *m = b->m;
	struct pfs_log_line *line;
	char *text;
	size_t i, end;

	if (m->nr_log >= MAX_LINES || len > MAX_TEXT - b->bytes) {
		b->full = true;
		return 0;
	}
	/* Text that cannot be read counts as well: its memory is allocated. */
	b->bytes += len;
	text = pfs_alloc(&m->arena, len + 1);
	if (!text)
		return -ENOMEM;
	if (len && pfs_read_va(m->mem, va, text, len, NULL)) {
		b->unreadable++;
		return 0;
	}
	for (i = end = len;; i--) {
		if (i && text[i - 1] != '\n')
			continue;
		if (m->nr_log >= MAX_LINES) {
			b->full = true;
			return 0;
		}
		line = pfs_grow(&m->arena, &m->log, &m->nr_log, &b->cap, sizeof(*line));
		if (!line)
			return -ENOMEM;
		*line = (struct pfs_log_line){
			.ts_nsec = rec->ts,
			.text = text + i,
			.len = end - i,
			.caller = rec->caller,
			.has_caller = rec->has_caller,
			.more = end == len && !(rec->flags & LOG_NEWLINE),
			.goes_on = !i && (rec->flags & (LOG_CONT | LOG_PREFIX)) == LOG_CONT,
		};
		text[end] = '\0';
		if (!i)
			return 0;
		end = i - 1;
	}
}

static void reverse(struct pfs_model *m)
{
	struct pfs_log_line t;
	size_t i;

	for (i = 0; i < m->nr_log / 2; i++) {
		t = m->log[i];
		m->log[i] = m->log[m->nr_log - 1 - i];
		m->log[m->nr_log - 1 - i] = t;
	}
}

/* The line that this fragment goes on with; NULL: none. */
static struct pfs_log_line *open_line(struct pfs_log_line *log, size_t nr,
				      const struct pfs_log_line *fragment)
{
	size_t i;

	for (i = nr; i-- && nr - i <= FRAGMENTS;) {
		if (log[i].has_caller == fragment->has_caller && log[i].caller == fragment->caller)
			return log[i].more ? &log[i] : NULL;
	}
	return NULL;
}

/*
 * A line that KERN_CONT printed in pieces is in one record, unless somebody else printed in
 * between, or up to v4.9 the console was quicker. The pieces become one line again.
 */
static int join_fragments(struct pfs_model *m)
{
	size_t i, nr = 0;

	for (i = 0; i < m->nr_log; i++) {
		struct pfs_log_line *l = &m->log[i], *to;

		to = l->goes_on ? open_line(m->log, nr, l) : NULL;
		if (!to || to->len + l->len > 4096) {
			m->log[nr++] = *l;
			continue;
		}
		to->text = pfs_printf(&m->arena, "%s%s", to->text, l->text);
		if (!to->text)
			return -ENOMEM;
		to->len = strlen(to->text);
		to->more = l->more;
	}
	m->nr_log = nr;
	return 0;
}

struct prb {
	uint64_t descs, infos, data;
	uint64_t count, size; /* descriptors; bytes of text ring */
	unsigned int size_bits;
	uint64_t head, tail; /* ids */
};

static uint64_t atomic_long_offset(const struct pfs_facts *f)
{
	return pfs_have(f, PFS_F_ATOMIC_LONG_COUNTER) ? pfs_val(f, PFS_F_ATOMIC_LONG_COUNTER) : 0;
}

static bool prb_open(struct pfs_model *m, struct prb *r)
{
	const struct pfs_facts *f = m->facts;
	uint64_t prb, desc, text, counter, count_bits, size_bits;

	if (!read_u64(m, pfs_val(f, PFS_F_PRB), &prb)) {
		pfs_limit(m, "log", "prb cannot be read");
		return false;
	}
	desc = prb + pfs_val(f, PFS_F_PRB_DESC_RING);
	text = prb + pfs_val(f, PFS_F_PRB_TEXT_RING);
	counter = atomic_long_offset(f);
	if (!read_u32(m, desc + pfs_val(f, PFS_F_PDR_COUNT_BITS), &count_bits) ||
	    !read_u64(m, desc + pfs_val(f, PFS_F_PDR_DESCS), &r->descs) ||
	    !read_u64(m, desc + pfs_val(f, PFS_F_PDR_INFOS), &r->infos) ||
	    !read_u64(m, desc + pfs_val(f, PFS_F_PDR_HEAD) + counter, &r->head) ||
	    !read_u64(m, desc + pfs_val(f, PFS_F_PDR_TAIL) + counter, &r->tail) ||
	    !read_u32(m, text + pfs_val(f, PFS_F_PDATA_SIZE_BITS), &size_bits) ||
	    !read_u64(m, text + pfs_val(f, PFS_F_PDATA_DATA), &r->data)) {
		pfs_limit(m, "log", "the printk ring buffer at 0x%llx cannot be read",
			  (unsigned long long)prb);
		return false;
	}
	/* log_buf_len goes up to 2 GiB, with a descriptor for each 32 bytes. */
	if (count_bits > 26 || size_bits > 31) {
		pfs_limit(m, "log", "the printk ring buffer at 0x%llx has absurd sizes",
			  (unsigned long long)prb);
		return false;
	}
	r->count = 1ull << count_bits;
	r->size = 1ull << size_bits;
	r->size_bits = (unsigned int)size_bits;
	r->head &= ID_MASK;
	r->tail &= ID_MASK;
	return true;
}

/*
 * The text of the block [begin, next), which are logical positions. A block
 * that would cross the end of the ring is at its start instead, and its first
 * word holds the id again; from v6.18 on a block may end exactly where the ring
 * does.
 */
static bool prb_text(struct pfs_model *m, const struct prb *r, uint64_t id, uint64_t begin,
		     uint64_t next, uint64_t *ret_va, uint64_t *ret_len)
{
	uint64_t at = begin & (r->size - 1), len, owner;

	if (next - begin > r->size || begin & 7)
		return false;
	if (begin >> r->size_bits == next >> r->size_bits || !(next & (r->size - 1))) {
		len = next - begin;
	} else {
		at = 0;
		len = next & (r->size - 1);
	}
	if (len < 8 || len > r->size - at || !read_u64(m, r->data + at, &owner) || owner != id)
		return false;
	*ret_va = r->data + at + 8;
	*ret_len = len - 8;
	return true;
}

/* The slot of an id, and what is said there: 0 if it cannot be read. */
static uint64_t prb_state(struct pfs_model *m, const struct prb *r, uint64_t id, uint64_t *ret)
{
	uint64_t desc = r->descs + (id & (r->count - 1)) * pfs_val(m->facts, PFS_F_SZ_DESC);

	return read_u64(m,
			desc + pfs_val(m->facts, PFS_F_DESC_STATE) + atomic_long_offset(m->facts),
			ret) ?
		       desc :
		       0;
}

static bool holds_text(uint64_t state)
{
	return state >> 62 == 1 || state >> 62 == 2;
}

/*
 * May this be in the slot of an id between tail and head? desc_reserve() raises head_id, and
 * then writes the state: until then the slot was never used, or has the reusable one of a
 * round before. Of a kernel that goes on meanwhile all of it is possible.
 */
static bool possible(const struct pfs_model *m, const struct prb *r, uint64_t id, uint64_t state)
{
	return (state & ID_MASK) == id || !state || m->mem->target->info.live ||
	       (state >> 62 == 3 && (state & ID_MASK) == ((id - r->count) & ID_MASK));
}

/* Is there a record beyond head or tail? Then that one lies. */
static bool prb_ends_lie(struct pfs_model *m, const struct prb *r)
{
	uint64_t before = (r->tail - 1) & ID_MASK, after = (r->head + 1) & ID_MASK, state;

	if (m->mem->target->info.live)
		return false;
	return (prb_state(m, r, after, &state) && state && (state & ID_MASK) == after) ||
	       (prb_state(m, r, before, &state) && holds_text(state) &&
		(state & ID_MASK) == before);
}

/* Returns 1 for a record, and sets *seq; 0 if there is none that can be used. */
static int prb_record(struct build *b, const struct prb *r, uint64_t id, uint64_t below_seq,
		      uint64_t *ret_seq)
{
	struct pfs_model *m = b->m;
	const struct pfs_facts *f = m->facts;
	uint64_t state, desc = prb_state(m, r, id, &state);
	uint64_t info = r->infos + (id & (r->count - 1)) * pfs_val(f, PFS_F_SZ_PRINTK_INFO);
	uint64_t blk = desc + pfs_val(f, PFS_F_DESC_BLK), begin, next, seq, va, len;
	struct record rec;
	unsigned char text_len[2];
	int err;

	if (!desc || !read_u64(m, blk + pfs_val(f, PFS_F_BLK_BEGIN), &begin) ||
	    !read_u64(m, blk + pfs_val(f, PFS_F_BLK_NEXT), &next) ||
	    !read_u64(m, info + pfs_val(f, PFS_F_PI_SEQ), &seq) ||
	    !read_u64(m, info + pfs_val(f, PFS_F_PI_TS), &rec.ts) ||
	    pfs_read_va(m->mem, info + pfs_val(f, PFS_F_PI_TEXT_LEN), text_len, 2, NULL)) {
		b->unreadable++;
		return 0;
	}
	b->damaged += !possible(m, r, id, state);
	/* Reserved, reusable, or of another record: no text here. */
	if ((state & ID_MASK) != id || !holds_text(state))
		return 0;
	if (seq >= below_seq) {
		b->damaged++;
		return 0;
	}
	len = (uint64_t)text_len[0] | (uint64_t)text_len[1] << 8;
	/*
	 * Bit 0 of a position marks a record without data: an empty line, or
	 * one that was lost.
	 */
	if (begin & next & 1) {
		va = len = 0;
	} else {
		uint64_t room;

		if (!prb_text(m, r, id, begin, next, &va, &room)) {
			b->damaged++;
			return 0;
		}
		if (len > room)
			len = room;
	}
	/* struct printk_info: u16 text_len, u8 facility, u8 flags:5. */
	read_origin(m, info, PFS_F_PI_CALLER, info + pfs_val(f, PFS_F_PI_TEXT_LEN) + 3, &rec);
	err = add_record(b, &rec, va, len);
	*ret_seq = seq;
	return err ? err : 1;
}

static int read_prb(struct build *b)
{
	static const enum pfs_fact_id need[] = {
		PFS_F_PRB_DESC_RING,   PFS_F_PRB_TEXT_RING, PFS_F_PDR_COUNT_BITS, PFS_F_PDR_DESCS,
		PFS_F_PDR_INFOS,       PFS_F_PDR_HEAD,	    PFS_F_PDR_TAIL,	  PFS_F_SZ_DESC,
		PFS_F_DESC_STATE,      PFS_F_DESC_BLK,	    PFS_F_BLK_BEGIN,	  PFS_F_BLK_NEXT,
		PFS_F_PDATA_SIZE_BITS, PFS_F_PDATA_DATA,    PFS_F_SZ_PRINTK_INFO, PFS_F_PI_SEQ,
		PFS_F_PI_TS,	       PFS_F_PI_TEXT_LEN,
	};
	uint64_t id, i, seq = UINT64_MAX, bad = 0;
	struct prb ring;
	size_t k;
	int r;

	for (k = 0; k < sizeof(need) / sizeof(*need); k++) {
		if (!pfs_have(b->m->facts, need[k])) {
			pfs_limit(b->m, "log", "%s is not known", pfs_fact_name(need[k]));
			return 0;
		}
	}
	if (!prb_open(b->m, &ring))
		return 0;
	b->damaged += prb_ends_lie(b->m, &ring);
	for (i = 0, id = ring.head; i < ring.count; i++, id = (id - 1) & ID_MASK) {
		r = prb_record(b, &ring, id, seq, &seq);
		if (r < 0)
			return r;
		bad = r ? 0 : bad + 1;
		if (id == ring.tail || b->full || bad == MAX_BAD)
			break;
	}
	reverse(b->m);
	return 0;
}

/* Offsets at which records begin, because records can be followed in one direction only. */
struct offsets {
	uint32_t *at;
	size_t nr, cap;
};

static int find_records(struct build *b, uint64_t buf, uint64_t len, uint64_t first, uint64_t next,
			struct offsets *o)
{
	const struct pfs_facts *f = b->m->facts;
	uint64_t header = pfs_val(f, PFS_F_SZ_PRINTK_LOG), at = first, record;
	bool wraps = next < first;
	unsigned char raw[2];
	uint32_t *p;

	/* Go round at most once: a record is no shorter than its header. */
	while (at != next) {
		if (at > len - header ||
		    pfs_read_va(b->m->mem, buf + at + pfs_val(f, PFS_F_PL_LEN), raw, 2, NULL)) {
			b->unreadable++;
			return 0;
		}
		record = (uint64_t)raw[0] | (uint64_t)raw[1] << 8;
		if (!record && wraps) {
			wraps = false;
			at = 0;
			continue;
		}
		if (record < header || record > len - at) {
			b->damaged++;
			return 0;
		}
		p = pfs_grow(&b->m->arena, &o->at, &o->nr, &o->cap, sizeof(*p));
		if (!p)
			return -ENOMEM;
		*p = (uint32_t)at;
		at += record;
	}
	return 0;
}

static int read_records(struct build *b)
{
	static const enum pfs_fact_id need[] = { PFS_F_LOG_BUF,	      PFS_F_LOG_BUF_LEN,
						 PFS_F_LOG_FIRST_IDX, PFS_F_LOG_NEXT_IDX,
						 PFS_F_SZ_PRINTK_LOG, PFS_F_PL_TS,
						 PFS_F_PL_LEN,	      PFS_F_PL_TEXT_LEN };
	struct pfs_model *m = b->m;
	const struct pfs_facts *f = m->facts;
	uint64_t buf, len, first, next, header;
	struct record rec;
	struct offsets o = { 0 };
	unsigned char raw[2], size[2];
	size_t i, text_len;
	int r;

	for (i = 0; i < sizeof(need) / sizeof(*need); i++) {
		if (!pfs_have(f, need[i])) {
			pfs_limit(m, "log", "%s is not known", pfs_fact_name(need[i]));
			return 0;
		}
	}
	header = pfs_val(f, PFS_F_SZ_PRINTK_LOG);
	if (!read_u64(m, pfs_val(f, PFS_F_LOG_BUF), &buf) ||
	    !read_u32(m, pfs_val(f, PFS_F_LOG_BUF_LEN), &len) ||
	    !read_u32(m, pfs_val(f, PFS_F_LOG_FIRST_IDX), &first) ||
	    !read_u32(m, pfs_val(f, PFS_F_LOG_NEXT_IDX), &next)) {
		pfs_limit(m, "log", "log_buf or its indexes cannot be read");
		return 0;
	}
	if (header < 8 || header > 256 || len < header || first > len || next > len) {
		pfs_limit(m, "log", "log_buf has absurd sizes");
		return 0;
	}
	r = find_records(b, buf, len, first, next, &o);
	for (i = o.nr; !r && i-- && !b->full;) {
		uint64_t at = buf + o.at[i], room;

		if (!read_u64(m, at + pfs_val(f, PFS_F_PL_TS), &rec.ts) ||
		    pfs_read_va(m->mem, at + pfs_val(f, PFS_F_PL_TEXT_LEN), raw, 2, NULL) ||
		    pfs_read_va(m->mem, at + pfs_val(f, PFS_F_PL_LEN), size, 2, NULL)) {
			b->unreadable++;
			continue;
		}
		text_len = (size_t)raw[0] | (size_t)raw[1] << 8;
		/* find_records() saw to it that the record ends within the buffer. */
		room = ((uint64_t)size[0] | (uint64_t)size[1] << 8) - header;
		b->damaged += text_len > room;
		/* struct printk_log: u16 text_len, u16 dict_len, u8 facility, u8 flags:5. */
		read_origin(m, at, PFS_F_PL_CALLER, at + pfs_val(f, PFS_F_PL_TEXT_LEN) + 5, &rec);
		r = add_record(b, &rec, at + header, text_len < room ? text_len : (size_t)room);
	}
	reverse(m);
	return r;
}

/* A log without a dump has been read already. */
static int take_lines(struct pfs_model *m)
{
	const struct pfs_target_info *info = &m->mem->target->info;

	m->log = pfs_calloc(&m->arena, info->nr_log, sizeof(*m->log));
	if (!m->log)
		return -ENOMEM;
	memcpy(m->log, info->log, info->nr_log * sizeof(*m->log));
	m->nr_log = info->nr_log;
	return 0;
}

int pfs_model_log(struct pfs_model *m, struct pfs_err *err)
{
	struct build b = { .m = m };
	int r;

	if (m->mem->target->info.log) {
		r = take_lines(m);
	} else if (pfs_have(m->facts, PFS_F_PRB)) {
		r = read_prb(&b);
	} else if (pfs_have(m->facts, PFS_F_LOG_BUF) && pfs_have(m->facts, PFS_F_SZ_PRINTK_LOG)) {
		r = read_records(&b);
	} else {
		pfs_limit(m, "log", "neither prb nor log_buf is known");
		return 0;
	}
	if (r || join_fragments(m))
		return pfs_err_set(err, ENOMEM, "log: out of memory");
	if (b.full)
		pfs_limit(m, "log", "longer than %zu MiB or %zu lines: its oldest part is left out",
			  MAX_TEXT >> 20, MAX_LINES);
	m->log_damaged = b.unreadable || b.damaged;
	if (m->log_damaged)
		pfs_limit(m, "log", "incomplete: %llu records unreadable, %llu damaged",
			  (unsigned long long)b.unreadable, (unsigned long long)b.damaged);
	return 0;
}
