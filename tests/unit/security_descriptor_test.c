/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/security_descriptor.h"

#include "base/memory.h"
#include "tests/descriptor.h"
#include "tests/test.h"

#include <string.h>

/* DefaultLaunchPermission of a stock machine. Its list is at 20, the owner at 92, group at 108. */
static struct test_bytes stock(void)
{
	return test_descriptor(SD_DACL_PRESENT,
		TEST_LIST({ACE_ALLOW, 0, 0x1f, "S-1-5-32-544"}, {ACE_ALLOW, 0, 0x1f, "S-1-5-4"},
			{ACE_ALLOW, 0, 0x1f, "S-1-5-18"}),
		TEST_NO_LIST);
}

enum {
	LIST = 20,
	ENTRY = 28,
	OWNER = 92,
	END = 124,
};

static const struct security_descriptor *decode(struct arena *arena, const struct test_bytes *in)
{
	struct error error = {0};
	struct bytes bytes = {in->data, in->length};
	const struct security_descriptor *sd = security_descriptor_decode(arena, bytes, &error);
	if (!sd)
		fail_msg("%s", error.text);
	return sd;
}

/* Decoding fails, and the message begins so. The bytes stand in memory of their exact size. */
static void assert_refused(const struct test_bytes *in, const char *message)
{
	auto_arena struct arena *arena = arena_new();
	struct error error = {0};
	auto_free unsigned char *exact = memory_alloc(in->length + !in->length);
	memcpy(exact, in->data, in->length);
	struct bytes bytes = {exact, in->length};
	assert_null(security_descriptor_decode(arena, bytes, &error));
	assert_int_equal(error.code, ERROR_INPUT);
	if (strncmp(error.text, message, strlen(message)) != 0)
		fail_msg("\"%s\" instead of \"%s\"", error.text, message);
}

/* The stock descriptor with `size` bytes at `at` replaced is refused. */
static void assert_patch_refused(size_t at, uint64_t value, size_t size, const char *message)
{
	struct test_bytes in = stock();
	test_patch(&in, at, value, size);
	assert_refused(&in, message);
}

static void the_stock_launch_permission_is_read_whole(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct test_bytes in = stock();
	assert_int_equal(in.length, END);
	const struct security_descriptor *sd = decode(arena, &in);
	assert_int_equal(sd->control, 0x8004);
	assert_string_equal(sd->owner, "S-1-5-32-544");
	assert_string_equal(sd->group, "S-1-5-32-544");
	assert_null(sd->sacl);
	assert_int_equal(sd->dacl->revision, 2);
	assert_int_equal(sd->dacl->count, 3);
	static const char *const sids[] = {"S-1-5-32-544", "S-1-5-4", "S-1-5-18"};
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(sd->dacl->aces[i].type, ACE_ALLOW);
		assert_int_equal(sd->dacl->aces[i].mask, 0x1f);
		assert_string_equal(sd->dacl->aces[i].sid, sids[i]);
		assert_int_equal(sd->dacl->aces[i].data.length, 0);
	}
}

static void a_descriptor_cut_anywhere_is_refused(void **state)
{
	(void)state;
	struct test_bytes in = stock();
	for (in.length = 0; in.length < END; in.length++)
		assert_refused(&in, "byte ");
}

static void bytes_behind_the_last_part_are_allowed(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct test_bytes in = stock();
	test_put(&in, UINT64_MAX, 7);
	assert_int_equal(decode(arena, &in)->dacl->count, 3);
}

static void a_null_list_an_empty_list_and_no_list_are_three_things(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct test_bytes null = test_descriptor(SD_DACL_PRESENT, TEST_NO_LIST, TEST_NO_LIST);
	struct test_bytes empty = test_descriptor(SD_DACL_PRESENT, TEST_EMPTY_LIST, TEST_NO_LIST);
	struct test_bytes none = test_descriptor(0, TEST_NO_LIST, TEST_NO_LIST);
	assert_null(decode(arena, &null)->dacl);
	assert_int_equal(decode(arena, &null)->control & SD_DACL_PRESENT, SD_DACL_PRESENT);
	assert_non_null(decode(arena, &empty)->dacl);
	assert_int_equal(decode(arena, &empty)->dacl->count, 0);
	assert_null(decode(arena, &none)->dacl);
	assert_int_equal(decode(arena, &none)->control & SD_DACL_PRESENT, 0);
}

static void a_list_without_its_control_bit_is_not_there(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct test_bytes in = stock();
	test_patch(&in, 2, SD_SELF_RELATIVE, 2);
	assert_null(decode(arena, &in)->dacl);
	test_patch(&in, 16, 0xffffffff, 4);
	assert_null(decode(arena, &in)->dacl);
}

static void owner_and_group_may_be_missing(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct test_bytes in = stock();
	test_patch(&in, 4, 0, 8);
	assert_null(decode(arena, &in)->owner);
	assert_null(decode(arena, &in)->group);
	assert_non_null(decode(arena, &in)->dacl);
}

static void the_header_is_checked(void **state)
{
	(void)state;
	assert_patch_refused(0, 0, 1, "byte 0: ");
	assert_patch_refused(0, 2, 1, "byte 0: ");
	assert_patch_refused(2, SD_DACL_PRESENT, 2, "byte 2: ");
	struct test_bytes in = {.length = 0};
	assert_refused(&in, "byte 0: ");
}

static void offsets_stay_between_header_and_end(void **state)
{
	(void)state;
	static const size_t places[] = {4, 8, 16};
	for (size_t i = 0; i < 3; i++) {
		char message[32];
		snprintf(message, sizeof message, "byte %zu: ", places[i]);
		assert_patch_refused(places[i], 1, 4, message);
		assert_patch_refused(places[i], 19, 4, message);
		assert_patch_refused(places[i], END, 4, message);
		assert_patch_refused(places[i], 0xffffffff, 4, message);
	}
	assert_patch_refused(4, END - 1, 4, "byte 123: ");
	assert_patch_refused(16, END - 7, 4, "byte 117: ");
	assert_patch_refused(OWNER + 1, 9, 1, "byte 92: ");
}

static void the_list_may_not_lie_about_its_size(void **state)
{
	(void)state;
	assert_patch_refused(LIST, 1, 1, "byte 20: ");
	assert_patch_refused(LIST, 5, 1, "byte 20: ");
	assert_patch_refused(LIST + 2, 0, 2, "byte 22: ");
	assert_patch_refused(LIST + 2, 7, 2, "byte 22: ");
	assert_patch_refused(LIST + 2, 8, 2, "byte 24: ");
	assert_patch_refused(LIST + 2, END - LIST + 1, 2, "byte 22: ");
	assert_patch_refused(LIST + 2, 0xffff, 2, "byte 22: ");
	assert_patch_refused(LIST + 2, 71, 2, "byte 72: ");
	assert_patch_refused(LIST + 4, 4, 2, "byte 92: ");
	assert_patch_refused(LIST + 4, 17, 2, "byte 24: ");
	assert_patch_refused(LIST + 4, 0xffff, 2, "byte 24: ");
}

static void an_entry_may_not_lie_about_its_size(void **state)
{
	(void)state;
	assert_patch_refused(ENTRY + 2, 0, 2, "byte 30: ");
	assert_patch_refused(ENTRY + 2, 3, 2, "byte 30: ");
	assert_patch_refused(ENTRY + 2, 22, 2, "byte 30: ");
	assert_patch_refused(ENTRY + 2, 25, 2, "byte 30: ");
	assert_patch_refused(ENTRY + 2, 4, 2, "byte 32: ");
	assert_patch_refused(ENTRY + 2, 8, 2, "byte 36: ");
	assert_patch_refused(ENTRY + 2, 20, 2, "byte 36: ");
	assert_patch_refused(ENTRY + 2, 68, 2, "byte 28: ");
	assert_patch_refused(ENTRY + 2, 0xfffc, 2, "byte 28: ");
	assert_patch_refused(ENTRY + 9, 3, 1, "byte 36: ");
	assert_patch_refused(ENTRY + 9, 16, 1, "byte 36: ");
	assert_patch_refused(ENTRY + 8, 2, 1, "byte 36: ");
}

static void fewer_entries_than_the_list_has_room_for_are_allowed(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct test_bytes in = stock();
	test_patch(&in, LIST + 4, 1, 2);
	assert_int_equal(decode(arena, &in)->dacl->count, 1);
}

static void bytes_behind_the_sid_of_an_entry_are_kept(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct test_bytes in = stock();
	test_patch(&in, LIST + 4, 1, 2);
	test_patch(&in, ENTRY + 2, 44, 2);
	const struct ace *ace = decode(arena, &in)->dacl->aces;
	assert_string_equal(ace->sid, "S-1-5-32-544");
	assert_int_equal(ace->data.length, 20);
	assert_memory_equal(ace->data.data, in.data + ENTRY + 24, 20);
}

static void a_kind_of_no_known_layout_is_kept_as_bytes(void **state)
{
	(void)state;
	static const uint8_t types[] = {ACE_ALLOW_COMPOUND, 0x14, 0x2a, 0xff};
	for (size_t i = 0; i < 4; i++) {
		auto_arena struct arena *arena = arena_new();
		struct test_bytes in = stock();
		test_patch(&in, ENTRY, types[i], 1);
		const struct acl *dacl = decode(arena, &in)->dacl;
		assert_int_equal(dacl->count, 3);
		assert_int_equal(dacl->aces[0].type, types[i]);
		assert_null(dacl->aces[0].sid);
		assert_int_equal(dacl->aces[0].data.length, 20);
		assert_memory_equal(dacl->aces[0].data.data, in.data + ENTRY + 4, 20);
		assert_string_equal(dacl->aces[1].sid, "S-1-5-4");
	}
}

/* One object entry with these flags; both GUIDs and the SID are there, whatever they say. */
static struct test_bytes object_entry(uint8_t type, uint32_t flags)
{
	static const unsigned char guids[] = {0x66, 0x36, 0x0a, 0x0c, 0xc9, 0x30, 0xd0, 0x11, 0x8f,
		0x20, 0x00, 0x80, 0x5f, 0x2c, 0xd0, 0x64, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
		14, 15, 16};
	struct test_bytes in = {.length = 0};
	test_put(&in, 0x80040001, 4);
	test_put(&in, 0, 12);
	test_put(&in, 20, 4);
	size_t guid_bytes = 16 * ((flags & 1) + (flags >> 1 & 1));
	size_t size = 12 + guid_bytes + 12;
	test_put(&in, 4 | (8 + size) << 16, 4);
	test_put(&in, 1, 4);
	test_put(&in, type | size << 16, 4);
	test_put(&in, 0x100, 4);
	test_put(&in, flags, 4);
	const unsigned char *from = guids + (flags == 2 ? 16 : 0);
	for (size_t i = 0; i < guid_bytes; i++)
		test_put(&in, from[i], 1);
	test_put_sid(&in, "S-1-5-10");
	return in;
}

static void object_entries_have_none_one_or_two_guids(void **state)
{
	(void)state;
	static const uint8_t types[] = {0x5, 0x6, 0x7, 0x8, 0xb, 0xc, 0xf, 0x10};
	for (size_t i = 0; i < sizeof types * 4; i++) {
		auto_arena struct arena *arena = arena_new();
		uint32_t flags = i % 4;
		struct test_bytes in = object_entry(types[i / 4], flags);
		const struct ace *ace = decode(arena, &in)->dacl->aces;
		assert_string_equal(ace->sid, "S-1-5-10");
		assert_int_equal(ace->mask, 0x100);
		assert_int_equal(!!ace->object_type, flags & 1);
		assert_int_equal(!!ace->inherited_type, flags >> 1);
		if (ace->object_type)
			assert_string_equal(
				ace->object_type, "{0C0A3666-30C9-11D0-8F20-00805F2CD064}");
		if (ace->inherited_type)
			assert_string_equal(
				ace->inherited_type, "{04030201-0605-0807-090A-0B0C0D0E0F10}");
	}
}

static void object_entries_are_checked_part_by_part(void **state)
{
	(void)state;
	for (uint32_t flags = 0; flags < 4; flags++) {
		struct test_bytes in = object_entry(ACE_ALLOW_OBJECT, flags);
		for (size_t size = 4; size < in.length - ENTRY; size += 4) {
			test_patch(&in, ENTRY + 2, size, 2);
			assert_refused(&in, "byte ");
		}
	}
	struct test_bytes in = object_entry(ACE_ALLOW_OBJECT, 1);
	test_patch(&in, ENTRY + 8, 3, 4);
	assert_refused(&in, "byte 40: ");
}

static void the_system_list_is_read_too(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct test_bytes in = test_descriptor(SD_SACL_PRESENT, TEST_NO_LIST,
		TEST_LIST({ACE_MANDATORY_LABEL, 0, 4, "S-1-16-8192"},
			{ACE_AUDIT, 0xc0, 1, "S-1-1-0"}));
	const struct security_descriptor *sd = decode(arena, &in);
	assert_null(sd->dacl);
	assert_int_equal(sd->sacl->count, 2);
	assert_string_equal(sd->sacl->aces[0].sid, "S-1-16-8192");
	assert_int_equal(sd->sacl->aces[1].flags, 0xc0);
}

static void one_wrong_byte_never_reads_outside(void **state)
{
	(void)state;
	struct test_bytes in = stock();
	auto_free unsigned char *exact = memory_alloc(in.length);
	for (size_t at = 0; at < in.length; at++)
		for (unsigned value = 0; value < 256; value++) {
			auto_arena struct arena *arena = arena_new();
			struct error error = {0};
			memcpy(exact, in.data, in.length);
			exact[at] = (unsigned char)value;
			struct bytes bytes = {exact, in.length};
			if (!security_descriptor_decode(arena, bytes, &error))
				assert_int_equal(strncmp(error.text, "byte ", 5), 0);
		}
}

static void assert_names(uint32_t mask, const char *names)
{
	auto_arena struct arena *arena = arena_new();
	struct strings words = {0};
	com_mask_names(arena, mask, &words);
	const char *text = "";
	for (size_t i = 0; i < words.count; i++)
		text = arena_format(arena, "%s%s,", text, words.items[i]);
	assert_string_equal(text, names);
}

static void bits_have_names_or_are_hexadecimal(void **state)
{
	(void)state;
	assert_names(0, "");
	assert_names(0x1, "execute,");
	assert_names(0x7f, "execute,execute-local,execute-remote,activate-local,activate-remote,"
			   "execute-container,activate-container,");
	assert_names(0x10020001, "execute,generic-all,0x20000,");
	assert_names(0xf0000000, "generic-all,generic-execute,generic-write,generic-read,");
	assert_names(0x0fffff80, "0xfffff80,");
}

static void kinds_have_names(void **state)
{
	(void)state;
	assert_string_equal(ace_type_name(ACE_ALLOW), "allow");
	assert_string_equal(ace_type_name(ACE_MANDATORY_LABEL), "mandatory-label");
	for (unsigned type = 0; type < 256; type++)
		assert_int_equal(!!ace_type_name((uint8_t)type), type <= ACE_SCOPED_POLICY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_stock_launch_permission_is_read_whole),
		cmocka_unit_test(a_descriptor_cut_anywhere_is_refused),
		cmocka_unit_test(bytes_behind_the_last_part_are_allowed),
		cmocka_unit_test(a_null_list_an_empty_list_and_no_list_are_three_things),
		cmocka_unit_test(a_list_without_its_control_bit_is_not_there),
		cmocka_unit_test(owner_and_group_may_be_missing),
		cmocka_unit_test(the_header_is_checked),
		cmocka_unit_test(offsets_stay_between_header_and_end),
		cmocka_unit_test(the_list_may_not_lie_about_its_size),
		cmocka_unit_test(an_entry_may_not_lie_about_its_size),
		cmocka_unit_test(fewer_entries_than_the_list_has_room_for_are_allowed),
		cmocka_unit_test(bytes_behind_the_sid_of_an_entry_are_kept),
		cmocka_unit_test(a_kind_of_no_known_layout_is_kept_as_bytes),
		cmocka_unit_test(object_entries_have_none_one_or_two_guids),
		cmocka_unit_test(object_entries_are_checked_part_by_part),
		cmocka_unit_test(the_system_list_is_read_too),
		cmocka_unit_test(one_wrong_byte_never_reads_outside),
		cmocka_unit_test(bits_have_names_or_are_hexadecimal),
		cmocka_unit_test(kinds_have_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
