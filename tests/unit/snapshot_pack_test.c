/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/snapshot.h"

#include "base/memory.h"

#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#define LIMIT 4096

static struct snapshot *example(void)
{
	struct snapshot *snapshot = snapshot_new("CONF1");
	snapshot->source = arena_text(snapshot->arena, "ssh:conf1");
	snapshot->collected = arena_text(snapshot->arena, "2026-11-21T10:00:00Z");
	snapshot_add_fact(snapshot, "os/name", "Windows \u00e4\\u000a", "os_version 1", 7);
	snapshot_add_fact(snapshot, "dcom/machine/enabled", "Y", NULL, 0);
	snapshot_add_fact(snapshot, "os/empty", "", "os_version 1", 0);
	snapshot_add_coverage(snapshot, "", false, "not looked");
	snapshot_add_coverage(snapshot, "os/name", true, NULL);
	strings_add(snapshot->arena, &snapshot->not_understood, "notes.txt");
	snapshot_seal(snapshot);
	return snapshot;
}

static struct bytes pack(const struct snapshot *snapshot, struct buffer *buffer)
{
	assert_int_equal(snapshot_pack(snapshot, buffer), 0);
	return (struct bytes){(const unsigned char *)buffer->data, buffer->length};
}

static char *written(const struct snapshot *snapshot)
{
	char *text = NULL;
	size_t length;
	struct error error = {0};
	FILE *file = open_memstream(&text, &length);
	assert_int_equal(snapshot_write(snapshot, file, &error), 0);
	fclose(file);
	return text;
}

static void what_was_packed_is_the_same_snapshot(void **state)
{
	(void)state;
	auto_buffer struct buffer buffer = BUFFER_INIT(LIMIT);
	struct snapshot *snapshot = example();
	struct snapshot *again = snapshot_unpack(pack(snapshot, &buffer));
	assert_non_null(again);
	auto_free char *one = written(snapshot), *other = written(again);
	assert_string_equal(one, other);
	assert_null(snapshot_ask(again, "dcom/machine/enabled").artefact);
	assert_string_equal(snapshot_ask(again, "os/empty").value, "");
	snapshot_free(snapshot);
	snapshot_free(again);
}

static void a_part_of_it_and_more_than_it_are_refused(void **state)
{
	(void)state;
	auto_buffer struct buffer buffer = BUFFER_INIT(LIMIT);
	struct snapshot *snapshot = example();
	struct bytes whole = pack(snapshot, &buffer);
	for (size_t length = 0; length < whole.length; length++) {
		unsigned char *part = memory_alloc(length); /* its end is seen by sanitizers */
		if (length)
			memcpy(part, whole.data, length);
		assert_null(snapshot_unpack((struct bytes){part, length}));
		memory_free(part);
	}
	assert_null(snapshot_unpack((struct bytes){whole.data, whole.length + 1}));
	snapshot_free(snapshot);
}

/* One byte of a text in the example becomes another. */
static void assert_refused(const char *text, size_t at, char byte)
{
	auto_buffer struct buffer buffer = BUFFER_INIT(LIMIT);
	struct snapshot *snapshot = example();
	pack(snapshot, &buffer);
	char *found = memmem(buffer.data, buffer.length, text, strlen(text));
	assert_non_null(found);
	found[at] = byte;
	assert_null(
		snapshot_unpack((struct bytes){(const unsigned char *)buffer.data, buffer.length}));
	snapshot_free(snapshot);
}

static void what_no_snapshot_holds_is_refused(void **state)
{
	(void)state;
	assert_refused("CONF1", 0, '\033');	  /* a control character */
	assert_refused("Windows", 0, (char)0xff); /* no UTF-8 */
	assert_refused("dcom/machine", 0, 'z');	  /* out of order */
	assert_refused("\1dcom/machine", 0, 2);	  /* neither text nor none */
	assert_refused("\1os/name", 0, 0);	  /* a fact without a path */
	assert_refused("\1not looked", 1, '\0');  /* unknown without a reason */
	assert_refused("\1CONF1", 0, 0);	  /* no node */
}

static void beyond_the_limit_nothing_is_packed(void **state)
{
	(void)state;
	struct snapshot *snapshot = example();
	auto_buffer struct buffer whole = BUFFER_INIT(LIMIT);
	size_t length = pack(snapshot, &whole).length;
	for (size_t limit = 0; limit < length; limit++) {
		auto_buffer struct buffer small = BUFFER_INIT(limit);
		assert_int_equal(snapshot_pack(snapshot, &small), -1);
	}
	snapshot_free(snapshot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_packed_is_the_same_snapshot),
		cmocka_unit_test(a_part_of_it_and_more_than_it_are_refused),
		cmocka_unit_test(what_no_snapshot_holds_is_refused),
		cmocka_unit_test(beyond_the_limit_nothing_is_packed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
