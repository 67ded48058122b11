/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/memory.h"

#include "tests/test.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool is_zero(const char *memory, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (memory[i] != 0)
			return false;
	return true;
}

static void memory_is_zeroed_and_aligned_at_every_size(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	for (size_t size = 0; size < 3000; size++) {
		char *memory = arena_alloc(arena, size);
		assert_non_null(memory);
		assert_int_equal((uintptr_t)memory % 16, 0);
		assert_true(is_zero(memory, size));
		memset(memory, 0xff, size);
		arena_text(arena, "x");
	}
}

static void nothing_overlaps(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	unsigned char *blocks[500];
	for (size_t i = 0; i < 500; i++) {
		blocks[i] = arena_alloc(arena, i);
		memset(blocks[i], (int)(i & 0xff), i);
	}
	for (size_t i = 0; i < 500; i++)
		for (size_t k = 0; k < i; k++)
			assert_int_equal(blocks[i][k], i & 0xff);
}

static void a_large_request_leaves_the_current_chunk_in_use(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	char *before = arena_alloc(arena, 16);
	char *large = arena_alloc(arena, 8 << 20);
	memset(large, 1, 8 << 20);
	char *after = arena_alloc(arena, 16);
	assert_ptr_equal(after, before + 16);
}

static void texts_are_copied_and_terminated(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	char source[] = "abcdef";
	char *whole = arena_text(arena, source);
	char *part = arena_text_n(arena, source, 3);
	source[0] = 'x';
	assert_string_equal(whole, "abcdef");
	assert_string_equal(part, "abc");
	assert_null(arena_text(arena, NULL));
	assert_string_equal(arena_text_n(arena, NULL, 0), "");
	assert_memory_equal(arena_copy(arena, "a\0b", 3), "a\0b", 3);
}

static void formatting_gives_short_and_long_texts(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	assert_string_equal(arena_format(arena, "%s-%d", "a", 5), "a-5");
	for (int width = 250; width < 260; width++) {
		char *text = arena_format(arena, "%*d", width, 7);
		assert_int_equal(strlen(text), width);
		assert_int_equal(text[width - 1], '7');
	}
}

static void an_array_grows_and_keeps_its_items(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	size_t capacity = 0;
	int *items = NULL;
	for (int i = 0; i < 10000; i++) {
		items = arena_grow(arena, items, &capacity, (size_t)i + 1, sizeof *items);
		assert_true(capacity > (size_t)i);
		items[i] = i;
	}
	for (int i = 0; i < 10000; i++)
		assert_int_equal(items[i], i);
	assert_ptr_equal(arena_grow(arena, items, &capacity, 5, sizeof *items), items);
}

static void strings_are_found_exactly(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct strings strings = {0};
	char name[] = "one";
	strings_add(arena, &strings, name);
	strings_add(arena, &strings, "two");
	name[0] = 'x';
	assert_int_equal(strings.count, 2);
	assert_true(strings_hold(&strings, "one"));
	assert_false(strings_hold(&strings, "One"));
	assert_false(strings_hold(&strings, "on"));
}

static void freeing_null_is_allowed(void **state)
{
	(void)state;
	arena_free(NULL);
}

static void heap_memory_is_zeroed_and_grows_zeroed(void **state)
{
	(void)state;
	auto_free char *memory = memory_alloc(4096);
	assert_true(is_zero(memory, 4096));
	size_t capacity = 0;
	auto_free char *items = memory_grow(NULL, &capacity, 1, 10);
	memset(items, 1, capacity * 10);
	size_t before = capacity;
	items = memory_grow(items, &capacity, before + 1, 10);
	assert_int_equal(capacity, 2 * before);
	assert_true(is_zero(items + before * 10, before * 10));
	assert_int_equal(items[before * 10 - 1], 1);
	auto_free char *text = memory_text("text");
	assert_string_equal(text, "text");
}

static void handles_are_closed_at_the_end_of_their_scope(void **state)
{
	(void)state;
	int number;
	{
		auto_file FILE *file = fopen("/dev/null", "r");
		auto_file FILE *none = NULL;
		assert_non_null(file);
		assert_null(none);
		number = fileno(file);
	}
	assert_null(fdopen(number, "r"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_and_aligned_at_every_size),
		cmocka_unit_test(nothing_overlaps),
		cmocka_unit_test(a_large_request_leaves_the_current_chunk_in_use),
		cmocka_unit_test(texts_are_copied_and_terminated),
		cmocka_unit_test(formatting_gives_short_and_long_texts),
		cmocka_unit_test(an_array_grows_and_keeps_its_items),
		cmocka_unit_test(strings_are_found_exactly),
		cmocka_unit_test(freeing_null_is_allowed),
		cmocka_unit_test(heap_memory_is_zeroed_and_grows_zeroed),
		cmocka_unit_test(handles_are_closed_at_the_end_of_their_scope),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
