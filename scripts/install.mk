# SPDX-License-Identifier: GPL-2.0-or-later
#
# What is installed and where, and the goals of a release. Part of the Makefile.
#
# make install    DESTDIR, prefix, libdir, mandir, crashdir, sysconfdir
# make uninstall  with the same settings
# make dist       build/dist: the tarball of a release, its checksums, its SBOM
# make check-suites, check-packages   in chroots of Debian: scripts/check-suites says how

prefix ?= /usr/local
bindir ?= $(prefix)/bin
libdir ?= $(prefix)/lib
includedir ?= $(prefix)/include
datadir ?= $(prefix)/share
mandir ?= $(datadir)/man
# Where crash looks. It knows no other place: below a prefix that is nobody's but the
# user's, the extension is loaded by its path.
system_crashdir := $(firstword $(wildcard /usr/lib64/crash/extensions) /usr/lib/crash/extensions)
own_prefix := $(if $(filter /usr /usr/local,$(prefix)),,1)
crashdir ?= $(if $(own_prefix),$(prefix)/lib/crash/extensions,$(system_crashdir))

VERSION := $(shell sed -n 's/^\#define PFS_VERSION "\(.*\)"/\1/p' include/pfnscope/version.h)
RELEASED := $(shell sed -n 's/^\#define PFS_RELEASED "\(.*\)"/\1/p' include/pfnscope/version.h)

# ---- Manual pages and completion ----

MAN := pfnscope pfnscope-batch pfnscope-catalogue
DOCS := $(MAN:%=$B/man/%.1) $B/man/libpfnscope.3 $B/completion/pfnscope.bash \
	$B/completion/pfnscope.fish $B/completion/pfnscope.zsh
docs: $(DOCS)
all: docs

$B/docs: $(wildcard scripts/docs/*.[ch] include/pfnscope/*.def) $(VERBS_OBJ) $B/libpfnscope.a
	$(call say,LD,$@)
	$Q$(CC) $(ALL_CFLAGS) $(LDFLAGS) -Iscripts/docs -o $@ $(filter %.c %.o %.a,$^) $(LIBS)

$B/man/%.1: $B/docs include/pfnscope/version.h
	@mkdir -p $(@D)
	$Q$B/docs man $* "$$(LC_ALL=C date -u -d $(RELEASED) '+%B %-d, %Y')" >$@

$B/man/%.3: doc/man/%.3 include/pfnscope/version.h
	@mkdir -p $(@D)
	$Qsed "s|@date@|$$(LC_ALL=C date -u -d $(RELEASED) '+%B %-d, %Y')|" $< >$@

$B/completion/pfnscope.%: $B/docs
	@mkdir -p $(@D)
	$Q$B/docs $* >$@

# ---- Installing ----

# What was built for another place is built again.
$B/where: FORCE
	@mkdir -p $(@D)
	@echo '$(prefix) $(crashdir)' | cmp -s - $@ || echo '$(prefix) $(crashdir)' >$@
$B/obj/extension/cli/module.o $B/obj/extension/cli/main.o: $B/where

install: all
	install -D -t $(DESTDIR)$(bindir) $B/pfnscope
	install -D -m 644 $B/libpfnscope.so $(DESTDIR)$(libdir)/libpfnscope.so.0
	ln -sf libpfnscope.so.0 $(DESTDIR)$(libdir)/libpfnscope.so
	install -D -m 644 -t $(DESTDIR)$(libdir) $B/libpfnscope.a
	install -D -m 644 -t $(DESTDIR)$(includedir)/pfnscope $(PUBLIC:%=include/pfnscope/%.h)
	install -d $(DESTDIR)$(libdir)/pkgconfig
	sed -e 's|@prefix@|$(prefix)|; s|@libdir@|$(libdir)|; s|@includedir@|$(includedir)|' \
		-e 's|@version@|$(VERSION)|; s|@requires@|$(PKGS)|' scripts/libpfnscope.pc.in \
		>$(DESTDIR)$(libdir)/pkgconfig/libpfnscope.pc
	install -D -m 644 -t $(DESTDIR)$(datadir)/pfnscope include/pfnscope/*.schema.json
	install -D -m 644 -t $(DESTDIR)$(mandir)/man1 $(MAN:%=$B/man/%.1)
	install -D -m 644 -t $(DESTDIR)$(mandir)/man3 $B/man/libpfnscope.3
	install -D -m 644 $B/completion/pfnscope.bash \
		$(DESTDIR)$(datadir)/bash-completion/completions/pfnscope
	install -D -m 644 -t $(DESTDIR)$(datadir)/fish/vendor_completions.d $B/completion/pfnscope.fish
	install -D -m 644 $B/completion/pfnscope.zsh \
		$(DESTDIR)$(datadir)/zsh/vendor-completions/_pfnscope
	install -D -m 644 -t $(DESTDIR)$(datadir)/pfnscope/drgn/pfnscope extension/drgn/pfnscope/[_p]*.*
	install -m 644 -t $(DESTDIR)$(datadir)/pfnscope/drgn extension/drgn/pyproject.toml
	[ ! -f $B/pfnscope.so ] || install -D -m 644 -t $(DESTDIR)$(crashdir) $B/pfnscope.so
	[ ! -f $B/pfnscope.so ] || [ -z "$(own_prefix)" ] || \
		ln -sf $(libdir)/libpfnscope.so.0 $(DESTDIR)$(crashdir)/libpfnscope.so
	[ ! -f $B/pfnscope-drgn.so ] || install -D -m 644 -t $(DESTDIR)$(prefix)/lib/pfnscope \
		$B/pfnscope-drgn.so build/deps/lib/libdrgn.so.0
	scripts/kdump/install $(prefix) $(DESTDIR)
	[ -n "$(DESTDIR)$(own_prefix)" ] || ldconfig
	@[ -z "$(own_prefix)" ] || [ ! -f $B/pfnscope.so ] || \
		echo 'in crash: extend $(crashdir)/pfnscope.so'

# What install writes, found by having it write elsewhere.
uninstall:
	@dir=$$(mktemp -d) && $(MAKE) --no-print-directory install DESTDIR=$$dir >/dev/null && \
		(cd $$dir && find . ! -type d) | sed 's|^\.||' | while read -r f; do \
			echo "  RM	$$f"; rm -f "$(DESTDIR)$$f"; done; \
		(cd $$dir && find . -depth -mindepth 1 -type d) | sed 's|^\.||' | while read -r d; do \
			case $$d in *pfnscope*) rmdir "$(DESTDIR)$$d" 2>/dev/null;; esac; done; \
		rm -rf "$$dir"

# ---- Releases ----

dist:
	scripts/dist $(VERSION)

check-suites:
	scripts/check-suites $(SUITES)

check-packages:
	scripts/check-packages

.PHONY: docs install uninstall dist check-suites check-packages FORCE
