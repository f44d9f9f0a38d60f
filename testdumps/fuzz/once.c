/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A fuzzer without libFuzzer: each file of the arguments once. For make coverage. */
#include "fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));

static void feed(const char *path)
{
	FILE *f = fopen(path, "r");
	static uint8_t buf[1 << 20];
	size_t len = f ? fread(buf, 1, sizeof(buf), f) : 0;

	if (!f) {
		perror(path);
		exit(1);
	}
	fclose(f);
	LLVMFuzzerTestOneInput(buf, len);
}

int main(int argc, char **argv)
{
	int i;

	if (LLVMFuzzerInitialize)
		LLVMFuzzerInitialize(&argc, &argv);
	for (i = 1; i < argc; i++)
		feed(argv[i]);
	return 0;
}
