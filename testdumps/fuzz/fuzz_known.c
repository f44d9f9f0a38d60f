/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file of what a kernel's tables have told: patches of a sound one, whose check sum is not
 * looked at. What is taken from it can be written again, and is the same.
 */
#include "fuzz.h"

#include "base/store.h"
#include "facts/known_file.h"

static struct pfs_answer answers[] = {
	{ PFS_KNOWN_SYMBOL, 0, true, { 0x1000 }, "init_top_pgt", "" },
	{ PFS_KNOWN_SYMBOL, 2, false, { 0 }, "nowhere", "" },
	{ PFS_KNOWN_TYPE_SIZE, 0, false, { 64 }, "page", "" },
	{ PFS_KNOWN_MEMBER, 0, false, { 8, 16, 0 }, "page", "lru" },
	{ PFS_KNOWN_ENUMERATOR, 22, false, { 0 }, "PG_reserved", "" },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct pfs_known_file sound = {
		.extent = { { -8, 4096, false }, { 4096, 8192, true } },
		.answers = answers,
		.nr = sizeof(answers) / sizeof(answers[0]),
	};
	struct feed f = { data, size };
	struct pfs_known_file file;
	size_t len = 0, cut = feed_take(&f, 2), i;
	unsigned char *buf = pfs_known_encode(&sound, &len), *again;
	struct pfs_arena a;

	if (!buf)
		abort();
	len -= PFS_KNOWN_SUM;
	feed_patch(&f, buf, len);
	if (cut < len)
		len = cut;
	pfs_arena_init(&a);
	if (!pfs_known_parse(buf, len, &a, &file)) {
		for (i = 0; i < file.nr; i++) {
			feed_look(file.answers[i].name, strlen(file.answers[i].name));
			feed_look(file.answers[i].member, strlen(file.answers[i].member));
		}
		again = pfs_known_encode(&file, &i);
		if (!again || i != len + PFS_KNOWN_SUM || memcmp(again, buf, len))
			abort();
		if (pfs_known_decode(again, i, &a, &file))
			abort();
		free(again);
	}
	pfs_arena_deinit(&a);
	free(buf);
	return 0;
}
