# SPDX-License-Identifier: GPL-2.0-or-later
#
# make            build/pfnscope, build/libpfnscope.so, build/libpfnscope.a, and where
#                 crash is installed, build/pfnscope.so for it; and with libdrgn,
#                 build/pfnscope-drgn.so
# make deps       libdrgn anew, from drgn's source on PyPI (scripts/deps); make does that
#                 once by itself. LIBDRGN=0: without it
# make install    all of these, and manual pages; DESTDIR, prefix (scripts/install.mk)
# make demo       set-up, build, a verdict on a dump
# make check      set-up, build, every test, plain and with sanitizers
# make check-san  the tests with AddressSanitizer and UBSan alone
# make vmtest     the tests on the lab's dumps, which it makes: hours, gigabytes (scripts/lab)
# make vmtest CASE=s1, make vmtest KERNEL=7.2 CASE=dimm  of one case, of one cell of its matrix
# make accuracy   faults planted in the lab's clean dumps, and how many are found
# make check-arm64  cross-built for arm64, run under qemu-user
# make damage     10,000 damaged dumps, as built and a tenth with sanitizers, and what is said of them
# make check-crash  the crash extension on whole dumps, in crash of three Debian suites
# make check-fleet  1,000 dumps by batch, killed ten times, by Slurm and by GNU parallel
# make check-tsan what has threads, with ThreadSanitizer
# make coverage   what of bytes, facts and core the tests and the fuzzers' corpora reach, by gcovr
# make check-fuzz the fuzzers on their corpora and some seconds more; make fuzz: an hour each
# make bench      pfnscope beside crash, drgn and makedumpfile, on the lab's dumps
# make lint       the rules of the source: layers, tables, style, format
# make SAN=1 ...  any of these with the sanitizers, in build/san
#
# Set-up (scripts/bootstrap) installs what is missing on Debian, and nothing where all is there.

B := build$(if $(SAN),/san)$(if $(FUZZ),/fuzz)$(if $(TSAN),/tsan)$(if $(COV),/cov)
PKGS := libkdumpfile libbpf libdw libelf jansson zlib libdeflate lzo2 snappy libzstd liblzma capstone nettle

ifeq ($(origin CC),default)
CC := gcc
endif
WARN = -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla \
	-Wno-format-truncation $(WERROR)
# A package is built by compilers that are younger than this: WERROR= there.
WERROR ?= -Werror
OPT := -O2 -g
CFLAGS ?= $(OPT)
ALL_CFLAGS = -std=gnu11 $(CFLAGS) $(WARN) -D_GNU_SOURCE -fPIC -fvisibility=hidden \
	-fstack-protector-strong -ffile-prefix-map=$(CURDIR)=. -pthread -Iinclude -Iextension $(PKG_CFLAGS)
LIBS = $(PKG_LIBS) -pthread -ldl
# Of the command alone.
CMD_LIBS = -lsqlite3
ifdef SAN
ALL_CFLAGS += -DPFS_INSTRUMENTED
ALL_CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
LDFLAGS += -fsanitize=address,undefined
else ifdef TSAN
ALL_CFLAGS += -DPFS_INSTRUMENTED -fsanitize=thread
LDFLAGS += -fsanitize=thread
else ifdef COV
ALL_CFLAGS += -DPFS_INSTRUMENTED -O1 --coverage -fprofile-update=atomic
LDFLAGS += --coverage
else ifdef FUZZ
CC := clang
ALL_CFLAGS += $(FUZZ_CFLAGS)
else
ALL_CFLAGS += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
endif

# What programs that use the library include; the other headers and the tables are ours.
PUBLIC := err hosted target version

# V=1 shows the commands.
Q := $(if $V,,@)
say = $(if $V,,@echo '  $1	$(patsubst $B/%,%,$2)')

# As many jobs as CPUs, unless the caller said how many.
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 2)
endif

# The folders of the engine; the command's grammar, which every host shares; the command alone.
LIB_DIRS := base bytes facts core/model core/pages core/panic core/checks core/verdict distill \
	session report
VERBS_DIRS := verbs
CLI_DIRS := batch catalogue cli
LIB_SRC := $(wildcard $(LIB_DIRS:%=extension/%/*.c))
VERBS_SRC := $(wildcard $(VERBS_DIRS:%=extension/%/*.c))
CLI_SRC := $(wildcard $(CLI_DIRS:%=extension/%/*.c))
UNIT_SRC := $(wildcard testdumps/unit/test_*.c)
LIB_OBJ := $(LIB_SRC:%.c=$B/obj/%.o)
CLI_OBJ := $(CLI_SRC:%.c=$B/obj/%.o)
VERBS_OBJ := $(VERBS_SRC:%.c=$B/obj/%.o)
CRASH_SRC := $(wildcard extension/crash/*.c)
CRASH_OBJ := $(CRASH_SRC:%.c=$B/obj/%.o)
DRGN_SRC := $(wildcard extension/bytes/drgn/*.c)
DRGN_OBJ := $(DRGN_SRC:%.c=$B/obj/%.o)
UNIT := $(UNIT_SRC:testdumps/unit/%.c=$B/unit/%)
CASES := $(patsubst testdumps/cases/%,$B/cases/%,$(wildcard testdumps/cases/*.t))

all: $B/pfnscope $B/libpfnscope.so $B/libpfnscope.a
include scripts/install.mk
# The extension needs crash's header, and the sanitizers a crash made for them.
ifeq ($(SAN)$(TSAN)$(COV)$(wildcard /usr/include/crash/defs.h),/usr/include/crash/defs.h)
all: $B/pfnscope.so
endif

# libdrgn, once: what comes of it is in this file. The demo does without.
ifneq ($(LIBDRGN),0)
ifneq ($(filter-out clean demo,$(or $(MAKECMDGOALS),all)),)
include build/deps.mk
endif
endif
# What pkg-config says, once: make builds this file before anything else, and
# reads it. It is built again where what is needed was installed or removed.
# The last of those included is the first to be built, and others need this one: had
# make met it as what deps.mk needs, it would not read it again.
ifneq ($(filter-out clean,$(or $(MAKECMDGOALS),all)),)
include build/pkgs.mk
endif

build/pkgs.mk: scripts/bootstrap Makefile
	@scripts/bootstrap build
	@mkdir -p $(@D)
	@{ echo "PKG_CFLAGS := $$(pkg-config --cflags $(PKGS))" && \
	   echo "PKG_LIBS := $$(pkg-config --libs $(PKGS))"; } >$@.tmp && mv $@.tmp $@

ifeq ($(HAVE_LIBDRGN),1)
all: $B/pfnscope-drgn.so
else ifeq ($(MAKELEVEL)$(or $(HAVE_LIBDRGN),$(LIBDRGN)),00)
$(info without libdrgn: no --reader=drgn, and no source lines, parameters and locals in the \
stack of a panic; `make deps` tries again to build it)
endif
ifeq ($(LIBDRGN),0)
all: no-module
endif
no-module:
	@rm -f $B/pfnscope-drgn.so

build/deps.mk: scripts/deps | build/pkgs.mk
	@scripts/bootstrap deps || :
	@if scripts/deps build/deps; then echo 'HAVE_LIBDRGN := 1'; else \
		echo "deps: *** libdrgn is not to be had: going on without it ***" >&2; \
		echo 'HAVE_LIBDRGN := 0'; fi >$@.tmp && mv $@.tmp $@

deps:
	rm -f build/deps.mk
	+$(MAKE) --no-print-directory build/deps.mk
	@grep -q 1 build/deps.mk

build/test-tools: scripts/bootstrap
	@scripts/bootstrap check
	@mkdir -p $(@D) && touch $@

$B/obj/extension/cli/module.o $B/obj/extension/cli/privileges.o: ALL_CFLAGS += -DPFS_MODULEDIR='"$(prefix)/lib/pfnscope"'
$(DRGN_OBJ): ALL_CFLAGS += -isystem build/deps/include
$B/obj/extension/cli/main.o: ALL_CFLAGS += -DPFS_CRASHDIR='"$(crashdir)"'

$B/pfnscope: $(CLI_OBJ) $(VERBS_OBJ) $B/libpfnscope.a
	$(call say,LD,$@)
	$Q$(CC) $(LDFLAGS) -o $@ $^ $(LIBS) $(CMD_LIBS)

$B/libpfnscope.so: extension/libpfnscope.map $(LIB_OBJ) $(VERBS_OBJ)
	$(call say,LD,$@)
	$Q$(CC) $(LDFLAGS) -shared -Wl,-soname,libpfnscope.so.0 -Wl,--no-undefined -o $@ \
		-Wl,--version-script=$^ $(LIBS)

# Needs nothing but crash and libc: extension/crash/engine.c says why.
$B/pfnscope.so: $(CRASH_OBJ) $B/libpfnscope.a
	$(call say,LD,$@)
	$Q$(CC) $(LDFLAGS) -shared -Wl,--exclude-libs,ALL -Wl,-Bsymbolic -o $@ $^

# Loaded by the command alone, and finds its libdrgn beside itself.
$B/pfnscope-drgn.so: $(DRGN_OBJ) $B/libpfnscope.a build/deps.mk
	$(call say,LD,$@)
	$Q$(CC) $(LDFLAGS) -shared -Wl,--exclude-libs,ALL -Wl,-Bsymbolic \
		-Wl,-rpath,'$$ORIGIN:$$ORIGIN/deps/lib:$$ORIGIN/../deps/lib' -o $@ \
		$(filter %.o %.a,$^) -Lbuild/deps/lib -ldrgn

$B/libpfnscope.a: $(LIB_OBJ)
	$(call say,AR,$@)
	$Qrm -f $@.tmp && $(AR) rcs $@.tmp $^ && mv $@.tmp $@

# Objects depend on the build's settings too: new flags build anew.
$B/obj/%.o: %.c build/pkgs.mk
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$Q$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# Every testdumps/unit/test_*.c is a cmocka program of its own. cmocka's macros
# convert signs at every step, and its 2.0 has other names for those of 1.1.
$B/unit/%: testdumps/unit/%.c $B/libpfnscope.a build/test-tools
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$Q$(CC) $(filter-out -Wconversion,$(ALL_CFLAGS)) -Wno-deprecated-declarations $(LDFLAGS) \
		-MMD -MP -MF $@.d -o $@ $< $(filter %.o,$^) $B/libpfnscope.a $(LIBS) $$(pkg-config --cflags --libs cmocka)

# Of the command, and in no library.
$B/unit/test_sandbox: $B/obj/extension/cli/sandbox.o

include testdumps/fuzz/fuzz.mk
include scripts/checks.mk

# A case finds the build that it tests beside itself: build/cases tests build/,
# build/san/cases tests build/san.
$B/cases/%.t: testdumps/cases/%.t
	@mkdir -p $(@D)
	@ln -sf $(CURDIR)/$< $@

-include $(shell find $B/obj $B/unit $B/fuzz_*.d -name '*.d' 2>/dev/null)

tests: all $(UNIT) $(CASES) $B/inject.so $B/violate.so build/test-tools

ifdef SAN
check: tests
	testdumps/run $B
else
check: tests
	+$(MAKE) --no-print-directory SAN=1 tests
	testdumps/run build build/san
endif

check-san:
	+$(MAKE) --no-print-directory SAN=1 check

lint: tests
	testdumps/run $B/cases/lint.t

demo: $B/pfnscope
	@scripts/demo

clean:
	rm -rf build

.PHONY: all deps no-module tests check check-san lint demo clean
.DELETE_ON_ERROR:
