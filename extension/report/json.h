/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small steps towards a JSON document. Only the files json*.c use this header. */
#ifndef PFS_REPORT_JSON_H
#define PFS_REPORT_JSON_H

#include "report/report.h"

/*
 * A document that is being made. Lack of memory is remembered and not returned:
 * the document is dropped at the end, because one that lacks a key would be a
 * lie.
 */
struct pfs_json {
	bool oom;
};

/* Both take over the reference v. If v is NULL, nothing is set. */
void pfs_json_set(struct pfs_json *j, json_t *obj, const char *key, json_t *v);
void pfs_json_add(struct pfs_json *j, json_t *array, json_t *v);

json_t *pfs_json_object(struct pfs_json *j);
json_t *pfs_json_array(struct pfs_json *j);
/* Bytes that are no UTF-8 are escaped. If s is NULL, nothing is set. */
void pfs_json_str(struct pfs_json *j, json_t *obj, const char *key, const char *s);
void pfs_json_hex(struct pfs_json *j, json_t *obj, const char *key, uint64_t v);
void pfs_json_int(struct pfs_json *j, json_t *obj, const char *key, uint64_t v);
void pfs_json_bool(struct pfs_json *j, json_t *obj, const char *key, bool v);
json_t *pfs_json_strings(struct pfs_json *j, const char *const *s, size_t nr);
json_t *pfs_json_hex_value(struct pfs_json *j, uint64_t v);

/* Read a number that pfs_json_hex() wrote; false: v is none. */
bool pfs_json_parse_hex(const json_t *v, uint64_t *ret);

/* A document with its schema, the dump and the kernel. */
json_t *pfs_json_document(struct pfs_json *j, const char *schema, const struct pfs_session *s);
/* Returns the document; if anything went wrong, releases it and returns NULL. */
json_t *pfs_json_done(struct pfs_json *j, json_t *doc);

/*
 * Do two documents of ours differ? Then path, of size bytes, gets the first
 * place where they do: ".verdict.evidence[2]". They nest less than 16 deep.
 */
bool pfs_json_differ(const json_t *a, const json_t *b, char *path, size_t size);

/* The panic and the verdict of a report (json_report.c). */
json_t *pfs_json_panic(struct pfs_json *j, const struct pfs_session *s);
json_t *pfs_json_verdict(struct pfs_json *j, const struct pfs_session *s);

/* Members of a page, the same as page_text.c prints. */
json_t *pfs_json_walk(struct pfs_json *j, const struct pfs_walk *w);
json_t *pfs_json_words(struct pfs_json *j, const struct pfs_model *m, const struct pfs_page *p);
json_t *pfs_json_section_flags(struct pfs_json *j, unsigned int flags);
json_t *pfs_json_limits(struct pfs_json *j, const struct pfs_model *m);

#endif
