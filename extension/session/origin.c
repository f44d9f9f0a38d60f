/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/origin.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bytes/record.h"
#include "facts/kernel.h"

#define UTS_LEN 65		/* of each string of struct new_utsname */
#define MAX_UTS 512		/* bytes of init_uts_ns that its first strings are in */

static void get(const struct pfs_vmcoreinfo *v, const char *key, char *buf, size_t size)
{
	const char *s = pfs_vmcoreinfo_get(v, key);

	snprintf(buf, size, "%s", s ? s : "");
}

void pfs_origin_read(const struct pfs_target *t, struct pfs_origin *ret)
{
	struct pfs_vmcoreinfo v;
	struct pfs_arena a;
	struct pfs_err err;
	const char *time;

	*ret = (struct pfs_origin){ 0 };
	pfs_arena_init(&a);
	if (t->info.vmcoreinfo &&
	    !pfs_vmcoreinfo_parse(&a, t->info.vmcoreinfo, t->info.vmcoreinfo_len, &v, &err)) {
		get(&v, "OSRELEASE", ret->release, sizeof(ret->release));
		get(&v, "BUILD-ID", ret->build_id, sizeof(ret->build_id));
		time = pfs_vmcoreinfo_get(&v, "CRASHTIME");
		if (!time || sscanf(time, "%" SCNd64, &ret->time) != 1)
			ret->time = 0;
	}
	pfs_arena_deinit(&a);
}

/*
 * struct new_utsname: sysname, nodename, release, ... of UTS_LEN bytes each. What is
 * before it in struct uts_namespace differs by kernel: the release says where it is.
 */
void pfs_session_host(struct pfs_session *s, char ret[66])
{
	struct pfs_recorder *r = pfs_target_recorder(s->target);
	const char *release = s->facts.release;
	unsigned char uts[MAX_UTS];
	unsigned char *at = NULL;

	ret[0] = '\0';
	if (!release || !*release || !pfs_have(&s->facts, PFS_F_INIT_UTS_NS))
		return;
	if (r)
		pfs_recorder_pause(r);
	if (pfs_read_va(&s->mem, pfs_val(&s->facts, PFS_F_INIT_UTS_NS), uts, sizeof(uts), NULL) ==
	    PFS_REACH_OK)
		at = memmem(uts, sizeof(uts), release, strlen(release) + 1);
	if (r) {
		pfs_mem_forget(&s->mem);
		pfs_recorder_resume(r);
	}
	if (!at || at - uts < 2 * UTS_LEN || memcmp(at - 2 * UTS_LEN, "Linux", 6))
		return;
	memcpy(ret, at - UTS_LEN, UTS_LEN);
	ret[UTS_LEN] = '\0';
}
