# SPDX-License-Identifier: GPL-2.0-or-later
# The fuzzers, and the libraries that are preloaded.

# Every testdumps/fuzz/fuzz_*.c is a fuzzer of its own, of what libFuzzer feeds it.
FUZZERS := $(patsubst testdumps/fuzz/%.c,$B/%,$(wildcard testdumps/fuzz/fuzz_*.c))

ifdef FUZZ
FUZZ_CFLAGS := -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined \
	-w -fno-omit-frame-pointer

$B/fuzz_%: testdumps/fuzz/fuzz_%.c $(filter-out %/main.o,$(CLI_OBJ)) $(VERBS_OBJ) $B/libpfnscope.a
	$(call say,CC,$@)
	$Q$(CC) $(ALL_CFLAGS) -Itestdumps -fsanitize=fuzzer $(LDFLAGS) -MMD -MP -MF $@.d -o $@ $< \
		$(filter %.o %.a,$^) $(LIBS) $(CMD_LIBS)

fuzzers: $(FUZZERS)

endif

# The same, without libFuzzer: each file in the arguments once.
ifdef COV
$B/once_%: testdumps/fuzz/fuzz_%.c testdumps/fuzz/once.c $(filter-out %/main.o,$(CLI_OBJ)) \
		$(VERBS_OBJ) $B/libpfnscope.a
	$(call say,CC,$@)
	$Q$(CC) $(ALL_CFLAGS) -w -Itestdumps $(LDFLAGS) -o $@ $< testdumps/fuzz/once.c \
		$(filter %.o %.a,$^) $(LIBS) $(CMD_LIBS)

once: $(FUZZERS:$B/fuzz_%=$B/once_%)
endif

fuzz:
	testdumps/fuzz/run --hours 1

check-fuzz:
	prove -v --exec '' testdumps/fuzz/check

# To be preloaded: one call that fails, and what the sandbox is against. The sanitizers have an
# allocator of their own.
$B/inject.so $B/violate.so: $B/%.so: testdumps/inject/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$Q$(CC) -std=gnu11 -O1 -g $(WARN) -D_GNU_SOURCE -fPIC $(if $(SAN),-DNO_ALLOC) -shared -o $@ $<

.PHONY: check-fuzz fuzz fuzzers once
