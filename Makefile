# SPDX-License-Identifier: Apache-2.0
# make            builds ./standby
# make demo       installs what is missing, builds, and shows the main job on an example
# make test       installs what is missing, builds, and runs every test
# make test-live  installs large peers (Wine), and runs what needs them
# make sanitize   the same tests under address and undefined-behaviour sanitizers
# make lint       layers, lengths, banned names, formatting, catalogues in step
# make fuzz       new inputs for every fuzz target, FUZZ_SECONDS=30 each
# make bench      speed, beside the named peers
# make tables     writes the rules' tables of README.md and the manual anew
# make install    PREFIX=/usr/local

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

CC = gcc
PREFIX ?= /usr/local
BUILD ?= build
PACKAGES := jansson libxml-2.0 libssh2 libcrypto
PACKAGE_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
PACKAGE_LIBS := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null)

VERSION := 0.1.0
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings \
	-Wvla -Wformat=2 -Wundef -Werror
OPTIMISE ?= -O2 -g -D_FORTIFY_SOURCE=2
CFLAGS = -std=gnu17 $(OPTIMISE) $(WARNINGS) -fno-strict-aliasing -fstack-protector-strong \
	$(EXTRA_CFLAGS)
CPPFLAGS = -I. -D_GNU_SOURCE -DSTANDBY_VERSION='"$(VERSION)"' $(PACKAGE_CFLAGS)
LDFLAGS = -Wl,-z,relro -Wl,-z,now $(EXTRA_LDFLAGS)
LDLIBS = $(PACKAGE_LIBS)

# make V=1 shows the commands themselves.
tell = $(if $(V),,@printf '  %s %s\n' $(1) $@ &&)

# --- the catalogues: one file per entry, the tables follow from the file names ----------------
# folder : struct : header
CATALOGUES := \
	collectors/transports:transport:collectors/transport.h \
	collectors/probes:probe:collectors/probe.h \
	compare/rules:rule:compare/rule.h \
	compare/reports:report_format:compare/report.h \
	cli/commands:command:cli/command.h \
	cli/kinds:kind:cli/kind.h

part = $(word $(2),$(subst :, ,$(1)))
catalogue_file = $(BUILD)/generated/$(notdir $(call part,$(1),1)).c
GENERATED := $(foreach c,$(CATALOGUES),$(call catalogue_file,$(c)))

# Made at each run and replaced only when different: a deleted file leaves no newer one behind.
replace_if_different = @cmp -s $@.new $@ && rm $@.new || mv $@.new $@

define catalogue_rule
$(call catalogue_file,$(1)): always
	@mkdir -p $$(@D)
	@sh tests/setup/catalogue.sh $(subst :, ,$(1)) >$$@.new
	$$(replace_if_different)
endef
$(foreach c,$(CATALOGUES),$(eval $(call catalogue_rule,$(c))))

# How shells obtain artefacts, by the same means.
PARTS := $(BUILD)/generated/parts.c
GENERATED += $(PARTS)
$(PARTS): always
	@mkdir -p $(@D)
	@sh tests/setup/parts.sh collectors/probes collectors/powershell.ps1 >$@.new
	$(replace_if_different)

# --- objects -----------------------------------------------------------------------------------
SOURCES := $(sort $(wildcard base/*.c inventory/*.c collectors/*.c collectors/*/*.c \
	compare/*.c compare/*/*.c cli/*.c cli/*/*.c))
MAIN := cli/main.c
OBJECTS := $(patsubst %.c,$(BUILD)/%.o,$(filter-out $(MAIN),$(SOURCES))) $(GENERATED:.c=.o)

.PHONY: all objects always
all: standby
objects: $(OBJECTS)

$(BUILD)/%.o: %.c Makefile | check-build
	@mkdir -p $(@D)
	$(call tell,CC) $(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/generated/%.o: $(BUILD)/generated/%.c | check-build
	$(call tell,CC) $(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/objects: always
	@mkdir -p $(@D)
	@printf '%s\n' $(OBJECTS) >$@.new
	$(replace_if_different)

$(BUILD)/libstandby.a: $(OBJECTS) $(BUILD)/objects
	@rm -f $@
	$(call tell,AR) ar rcs $@ $(OBJECTS)

$(BUILD)/standby: $(BUILD)/cli/main.o $(BUILD)/libstandby.a
	$(call tell,LD) $(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

standby: $(BUILD)/standby
	@cmp -s $< $@ || cp -f $< $@

.PHONY: check-build
check-build:
	@pkg-config --exists $(PACKAGES) 2>/dev/null && command -v $(CC) >/dev/null || { \
		echo "standby: to build it, install: $$(sh tests/setup/packages.sh build)" >&2; \
		exit 1; }

# --- test programs -----------------------------------------------------------------------------
UNIT := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/*_test.c))
FUZZ := $(patsubst tests/fuzz/%.c,$(BUILD)/tests/fuzz/%,$(wildcard tests/fuzz/*_fuzz.c))
PROPERTY := $(patsubst tests/property/%.c,$(BUILD)/tests/property/%,$(wildcard tests/property/*.c))
BENCH := $(patsubst tests/bench/%.c,$(BUILD)/tests/bench/%,$(wildcard tests/bench/*.c))
PROPERTY_PARTS := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/property/*/*.c))
REPLAY ?= $(BUILD)/tests/fuzz/replay.o
LINK_TEST = $(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -MF $@.d $(LDFLAGS)

$(BUILD)/tests/unit/%: tests/unit/%.c $(BUILD)/libstandby.a
	@mkdir -p $(@D)
	$(call tell,LD) $(LINK_TEST) -o $@ $< $(BUILD)/libstandby.a -lcmocka $(LDLIBS)

$(BUILD)/tests/fuzz/%: tests/fuzz/%.c $(REPLAY) $(BUILD)/libstandby.a
	@mkdir -p $(@D)
	$(call tell,LD) $(LINK_TEST) $(FUZZ_LDFLAGS) -o $@ $< $(REPLAY) $(BUILD)/libstandby.a \
		$(LDLIBS)

$(BUILD)/tests/property/%: tests/property/%.c $(PROPERTY_PARTS) $(BUILD)/libstandby.a
	@mkdir -p $(@D)
	$(call tell,LD) $(LINK_TEST) -o $@ $< $(PROPERTY_PARTS) $(BUILD)/libstandby.a $(LDLIBS)

.PHONY: test-programs fuzz-programs
test-programs: $(BUILD)/standby $(UNIT) $(FUZZ) $(PROPERTY)
fuzz-programs: $(FUZZ)
test-programs fuzz-programs: $(REPLAY)
test-programs: $(PROPERTY_PARTS)

include $(wildcard tests/targets.mk)

-include $(OBJECTS:.o=.d) $(BUILD)/cli/main.d $(BUILD)/tests/fuzz/replay.d $(PROPERTY_PARTS:.o=.d) \
	$(addsuffix .d,$(UNIT) $(FUZZ) $(PROPERTY))

# --- what people run ---------------------------------------------------------------------------
# Each first installs what is missing; then a make of its own reads this file again with it.
INSTALL := sh tests/setup/install.sh
JOBS = --no-print-directory $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))

SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
# Shared, gcc's library for undefined behaviour writes no report files, which tests/run looks for.
SANITIZE_LDFLAGS = $(if $(filter gcc,$(CC)),-static-libasan -static-libubsan)
SANITIZE_CASES ?= 2000
FUZZ_SECONDS ?= 30

.PHONY: demo test test-live sanitize lint fuzz bench tables install
demo:
	@$(INSTALL) build
	@$(MAKE) $(JOBS) standby
	@sh examples/demo.sh

test:
	@$(INSTALL) build test
	@$(MAKE) $(JOBS) test-programs
	@BUILD=$(BUILD) tests/run

test-live:
	@$(INSTALL) build test live
	@$(MAKE) $(JOBS) $(BUILD)/standby $(BUILD)/tests/cli/ssh_run $(BUILD)/tests/cli/openssh_run
	@BUILD=$(BUILD) tests/run live

sanitize:
	@$(INSTALL) build test
	@$(MAKE) $(JOBS) BUILD=$(BUILD)/sanitize OPTIMISE="-O1 -g" EXTRA_CFLAGS="$(SANITIZE)" \
		EXTRA_LDFLAGS="$(SANITIZE_LDFLAGS)" test-programs
	@ASAN_OPTIONS=exitcode=99:detect_leaks=1:detect_stack_use_after_return=1 \
		UBSAN_OPTIONS=exitcode=99:print_stacktrace=1 STANDBY_CASES=$(SANITIZE_CASES) \
		BUILD=$(BUILD)/sanitize tests/run

lint:
	@$(INSTALL) build test lint
	@$(MAKE) $(JOBS) $(BUILD)/standby
	@STANDBY=$(BUILD)/standby tests/lint/run

fuzz:
	@$(INSTALL) build fuzz
	@$(MAKE) $(JOBS) BUILD=$(BUILD)/fuzz CC=clang REPLAY= FUZZ_LDFLAGS=-fsanitize=fuzzer \
		OPTIMISE="-O1 -g" EXTRA_CFLAGS="$(SANITIZE) -fsanitize=fuzzer-no-link" fuzz-programs
	@BUILD=$(BUILD)/fuzz FUZZ_SECONDS=$(FUZZ_SECONDS) sh tests/fuzz/run.sh

bench:
	@$(INSTALL) build test
	@$(MAKE) $(JOBS) $(BUILD)/standby $(BENCH)
	@if [ -x tests/bench/run ]; then BUILD=$(BUILD) STANDBY=$(BUILD)/standby tests/bench/run; \
		else echo "bench: there is no tests/bench/run"; fi

tables:
	@$(INSTALL) build test
	@$(MAKE) $(JOBS) $(BUILD)/standby
	@/usr/bin/python3 tests/setup/tables.py $(BUILD)/standby

SCHEMAS := $(wildcard */*.schema.json)
install: $(BUILD)/standby
	install -D -m 755 $(BUILD)/standby $(DESTDIR)$(PREFIX)/bin/standby
	install -D -m 644 cli/standby.1 $(DESTDIR)$(PREFIX)/share/man/man1/standby.1
	install -d $(DESTDIR)$(PREFIX)/share/standby
	install -m 644 $(SCHEMAS) $(DESTDIR)$(PREFIX)/share/standby

.PHONY: clean
clean:
	rm -rf build standby
