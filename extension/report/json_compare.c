/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the first place where two documents of ours differ. */
#include <stdio.h>
#include <string.h>

#include "report/json.h"

static bool differ(const json_t *a, const json_t *b, char *path, size_t size, unsigned int depth);

static bool objects_differ(const json_t *a, const json_t *b, char *path, size_t size,
			   unsigned int depth)
{
	size_t len = strlen(path);
	const char *key;
	json_t *value;

	/* json_object_foreach() wants no const, and changes nothing. */
	json_object_foreach((json_t *)(uintptr_t)a, key, value) {
		snprintf(path + len, size - len, ".%s", key);
		if (differ(value, json_object_get(b, key), path, size, depth))
			return true;
		path[len] = '\0';
	}
	json_object_foreach((json_t *)(uintptr_t)b, key, value) {
		if (json_object_get(a, key))
			continue;
		snprintf(path + len, size - len, ".%s", key);
		return true;
	}
	return false;
}

static bool arrays_differ(const json_t *a, const json_t *b, char *path, size_t size,
			  unsigned int depth)
{
	size_t i, nr = json_array_size(a), len = strlen(path);

	for (i = 0; i < nr || i < json_array_size(b); i++) {
		snprintf(path + len, size - len, "[%zu]", i);
		if (differ(json_array_get(a, i), json_array_get(b, i), path, size, depth))
			return true;
		path[len] = '\0';
	}
	return false;
}

static bool differ(const json_t *a, const json_t *b, char *path, size_t size, unsigned int depth)
{
	if (!a || !b || json_typeof(a) != json_typeof(b) || !depth)
		return true;
	if (json_is_object(a))
		return objects_differ(a, b, path, size, depth - 1);
	if (json_is_array(a))
		return arrays_differ(a, b, path, size, depth - 1);
	return !json_equal(a, b);
}

bool pfs_json_differ(const json_t *a, const json_t *b, char *path, size_t size)
{
	*path = '\0';
	return differ(a, b, path, size, 16);
}
