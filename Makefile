# SPDX-License-Identifier: GPL-2.0-or-later
#
# make           build/pfnscope, build/libpfnscope.so, build/libpfnscope.a
# make demo      set-up, build, a verdict on a real dump
# make check     set-up, build, every test
# make SAN=1 ... the same with AddressSanitizer and UBSan, in build/san

B := build$(if $(SAN),/san)
PKGS := libkdumpfile libbpf libdw libelf jansson zlib capstone

# Set-up comes first on a machine that lacks the libraries, as make reads
# pkg-config's answers only once.
ifeq ($(filter clean,$(MAKECMDGOALS)),)
ifneq ($(shell pkg-config --exists $(PKGS) cmocka 2>/dev/null && echo yes),yes)
$(info set-up: installing what is missing)
SETUP := $(shell scripts/bootstrap >&2 && echo done)
ifneq ($(SETUP),done)
$(error set-up failed: see above; scripts/bootstrap lists the packages)
endif
endif
endif

CC ?= gcc
WARN := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wno-format-truncation -Werror
OPT := -O2 -g
CFLAGS ?= $(OPT)
ALL_CFLAGS := -std=gnu11 $(CFLAGS) $(WARN) -D_GNU_SOURCE -fPIC -fvisibility=hidden \
	-fstack-protector-strong -pthread -Iinclude -Iextension \
	$(shell pkg-config --cflags $(PKGS))
LIBS := $(shell pkg-config --libs $(PKGS)) -pthread
ifdef SAN
ALL_CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
LDFLAGS += -fsanitize=address,undefined
else
ALL_CFLAGS += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
endif

LIB_SRC := $(wildcard extension/core/*.c extension/kernel/*.c extension/target/*.c extension/report/*.c)
CLI_SRC := $(wildcard extension/cli/*.c)
LIB_OBJ := $(LIB_SRC:%.c=$B/obj/%.o)
CLI_OBJ := $(CLI_SRC:%.c=$B/obj/%.o)

all: $B/pfnscope $B/libpfnscope.so $B/libpfnscope.a

$B/pfnscope: $(CLI_OBJ) $B/libpfnscope.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$B/libpfnscope.so: $(LIB_OBJ)
	$(CC) $(LDFLAGS) -shared -Wl,-soname,libpfnscope.so.0 -Wl,--no-undefined -o $@ $^ $(LIBS)

$B/libpfnscope.a: $(LIB_OBJ)
	$(AR) rcs $@.tmp $^ && mv $@.tmp $@

$B/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

-include $(shell find $B/obj -name '*.d' 2>/dev/null)

clean:
	rm -rf build

.PHONY: all clean
