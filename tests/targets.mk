# SPDX-License-Identifier: Apache-2.0
# Programs that tests under tests/cli run: one .c file each, beside them.
CLI_PROGRAMS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/cli/*.c))

$(BUILD)/tests/cli/%: tests/cli/%.c $(BUILD)/libstandby.a
	@mkdir -p $(@D)
	$(call tell,LD) $(LINK_TEST) -o $@ $< $(BUILD)/libstandby.a $(LDLIBS)

test-programs: $(CLI_PROGRAMS)
-include $(addsuffix .d,$(CLI_PROGRAMS))

# What tests/bench/run measures with, and beside.
$(BUILD)/tests/bench/%: tests/bench/%.c $(BUILD)/libstandby.a
	@mkdir -p $(@D)
	$(call tell,LD) $(LINK_TEST) -o $@ $< $(BUILD)/libstandby.a $(LDLIBS)
