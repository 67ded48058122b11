/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_REGISTRY_H
#define TESTS_UNIT_REGISTRY_H

/* What the tests of registry text have in common; each test has an arena of its own. */
#include "collectors/registry.h"

#include "tests/test.h"

#include <stdio.h>
#include <string.h>

#define V5 "Windows Registry Editor Version 5.00\r\n\r\n"
#define KEY HKLM "SOFTWARE\\Test"
#define SECTION "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Test]\r\n"
#define BOM "\xef\xbb\xbf"

static struct arena *arena;

static inline int setup(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static inline struct bytes bytes_of(const char *text)
{
	return (struct bytes){(const unsigned char *)text, strlen(text)};
}

static inline struct bytes utf16(const char *text)
{
	size_t length = strlen(text);
	unsigned char *bytes = arena_alloc(arena, 2 * length + 2);
	memcpy(bytes, "\xff\xfe", 2);
	for (size_t i = 0; i < length; i++)
		bytes[2 + 2 * i] = (unsigned char)text[i];
	return (struct bytes){bytes, 2 * length + 2};
}

static inline struct registry *decode_bytes(struct bytes bytes)
{
	struct error error = {0};
	struct registry *registry = registry_decode(arena, bytes, &error);
	if (!registry)
		print_error("%s\n", error.text);
	assert_non_null(registry);
	return registry;
}

static inline struct registry *decode(const char *text)
{
	return decode_bytes(bytes_of(text));
}

static inline const char *data(const struct registry *registry, const char *key, const char *name)
{
	const struct registry_value *value = registry_value(registry, key, name);
	assert_non_null(value);
	return registry_value_text(arena, value);
}

static inline void assert_refused(const char *text, unsigned line)
{
	struct error error = {0};
	if (format_registry.decode(arena, bytes_of(text), &error))
		fail_msg("not refused: %s", text);
	const char *begins = arena_format(arena, "line %u: expected ", line);
	if (strncmp(error.text, begins, strlen(begins)) != 0)
		fail_msg("\"%s\" instead of \"%s\" for: %s", error.text, begins, text);
	assert_int_equal(error.code, ERROR_INPUT);
}

/* Whatever a cut text still yields, the whole one yields the same; and it witnesses no absence. */
static inline void assert_cuts_are_harmless(struct bytes whole)
{
	const struct registry *all = decode_bytes(whole);
	for (size_t length = 0; length < whole.length; length++) {
		auto_arena struct arena *own = arena_new();
		struct error error = {0};
		struct registry *part = format_registry.decode(
			own, (struct bytes){arena_copy(own, whole.data, length), length}, &error);
		assert_false(part && part->exported && part->key_count > 0);
		for (size_t k = 0; part && k < part->key_count; k++) {
			const struct registry_key *key = &part->keys[k];
			assert_non_null(registry_key(all, key->path));
			for (size_t v = 0; v < key->value_count; v++) {
				const struct registry_value *value = &key->values[v];
				const struct registry_value *same =
					registry_value(all, key->path, value->name);
				assert_non_null(same);
				assert_int_equal(same->type, value->type);
				assert_string_equal(registry_value_text(own, value),
					registry_value_text(own, same));
			}
		}
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
