# SPDX-License-Identifier: GPL-2.0-or-later
# What is tested beyond make check: other machines, other hosts, real kernels, and speed.

check-tsan: $B/pfnscope build/test-tools
	prove -v --exec '' testdumps/tsan/check

vmtest: all
	scripts/lab/vmtest $(if $(KERNEL),$(CASE:%=%@$(KERNEL)),$(CASE))

check-arm64:
	scripts/check-arm64

accuracy: all
	scripts/accuracy/run

damage: all
	+$(MAKE) --no-print-directory SAN=1 build/san/pfnscope
	scripts/damage/run

coverage:
	@scripts/bootstrap coverage
	+$(MAKE) --no-print-directory COV=1 tests once
	scripts/coverage/run

$B/bench/%: scripts/bench/%.c $B/libpfnscope.a
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$Q$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $< $B/libpfnscope.a $(LIBS)

bench: all $B/bench/limits
	scripts/bench/bench -o scripts/bench/RESULTS.md --plot scripts/bench/scale.svg

check-crash: all build/test-tools
	prove -v --exec '' scripts/lab/crash-check :: --make

check-fleet: all build/test-tools
	@scripts/bootstrap fleet
	prove -v --exec '' testdumps/fleet/check $(if $(N),:: $(N))

.PHONY: accuracy bench check-arm64 check-crash check-fleet check-tsan coverage damage vmtest
