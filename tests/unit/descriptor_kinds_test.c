/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "base/memory.h"
#include "cli/hex_input.h"
#include "cli/kind.h"
#include "tests/descriptor.h"
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

extern const struct kind kind_security_descriptor, kind_sid;

static struct bytes bytes_of(const char *text)
{
	return (struct bytes){(const unsigned char *)text, strlen(text)};
}

/* What the kind makes of the text, as one line of JSON and as text for people. */
static void assert_explained(
	const struct kind *kind, const char *input, const char *json, const char *people)
{
	auto_arena struct arena *arena = arena_new();
	struct error error = {0};
	const void *decoded = kind->decode(arena, bytes_of(input), &error);
	if (!decoded)
		fail_msg("%s", error.text);
	auto_json json_t *value = kind->json(arena, decoded);
	char *dumped = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);
	assert_string_equal(dumped, json);
	free(dumped);
	char text[4096] = "";
	auto_file FILE *file = fmemopen(text, sizeof text, "w");
	kind->print(decoded, file);
	fflush(file);
	assert_string_equal(text, people);
}

static void assert_descriptor(struct test_bytes in, const char *json, const char *people)
{
	auto_arena struct arena *arena = arena_new();
	const char *hex = hex_text(arena, (struct bytes){in.data, in.length});
	assert_explained(&kind_security_descriptor, hex, json, people);
}

static void entries_stand_in_columns(void **state)
{
	(void)state;
	struct test_bytes in = test_descriptor(SD_DACL_PRESENT | SD_SACL_PRESENT,
		TEST_LIST({ACE_DENY, 0, 5, "S-1-5-7"}, {ACE_ALLOW, 0x13, 0x2001f, "S-1-5-32-544"},
			{0x2a, 0, 1, "S-1-1-0"}),
		TEST_LIST({ACE_MANDATORY_LABEL, 0, 4, "S-1-16-8192"}));
	assert_descriptor(in,
		"{\"control\":32788,\"dacl\":["
		"{\"flags\":0,\"mask\":5,\"rights\":[\"execute\",\"execute-remote\"],"
		"\"sid\":\"S-1-5-7\",\"trustee\":\"ANONYMOUS LOGON\",\"type\":\"deny\"},"
		"{\"flags\":19,\"mask\":131103,\"rights\":[\"execute\",\"execute-local\","
		"\"execute-remote\",\"activate-local\",\"activate-remote\",\"0x20000\"],"
		"\"sid\":\"S-1-5-32-544\",\"trustee\":\"Administrators\",\"type\":\"allow\"},"
		"{\"data\":\"01000000010100000000000100000000\",\"flags\":0,\"mask\":0,"
		"\"rights\":[],\"sid\":null,\"trustee\":null,\"type\":\"type-0x2a\"}],"
		"\"group\":\"S-1-5-32-544\",\"owner\":\"S-1-5-32-544\",\"sacl\":["
		"{\"flags\":0,\"mask\":4,\"rights\":[\"no-execute-up\"],\"sid\":\"S-1-16-8192\","
		"\"trustee\":\"Medium Mandatory Level\",\"type\":\"mandatory-label\"}]}",
		"owner    Administrators (S-1-5-32-544)\n"
		"group    Administrators (S-1-5-32-544)\n"
		"control  0x8014: dacl-present sacl-present self-relative\n"
		"access   3 entries\n"
		"  deny       ANONYMOUS LOGON (S-1-5-7)      execute execute-remote\n"
		"  allow      Administrators (S-1-5-32-544)  execute execute-local execute-remote "
		"activate-local activate-remote 0x20000; flags object-inherit container-inherit "
		"inherited\n"
		"  type-0x2a  -                              not understood; 16 more bytes: "
		"01000000010100000000000100000000\n"
		"system   1 entry\n"
		"  mandatory-label  Medium Mandatory Level (S-1-16-8192)  no-execute-up\n");
}

#define ADMINISTRATORS                                                                             \
	"owner    Administrators (S-1-5-32-544)\n"                                                 \
	"group    Administrators (S-1-5-32-544)\n"
#define NO_SYSTEM_LIST "system   no list: no audit, no integrity label\n"
#define JSON_ENDS ",\"group\":\"S-1-5-32-544\",\"owner\":\"S-1-5-32-544\",\"sacl\":null}"

static void a_null_list_and_an_empty_one_are_said_in_words(void **state)
{
	(void)state;
	assert_descriptor(test_descriptor(SD_DACL_PRESENT, TEST_NO_LIST, TEST_NO_LIST),
		"{\"control\":32772,\"dacl\":null" JSON_ENDS,
		ADMINISTRATORS
		"control  0x8004: dacl-present self-relative\n"
		"access   a NULL list: everybody may do everything\n" NO_SYSTEM_LIST);
	assert_descriptor(test_descriptor(0, TEST_NO_LIST, TEST_NO_LIST),
		"{\"control\":32768,\"dacl\":null" JSON_ENDS,
		ADMINISTRATORS "control  0x8000: self-relative\n"
			       "access   no list: everybody may do everything\n" NO_SYSTEM_LIST);
	assert_descriptor(test_descriptor(SD_DACL_PRESENT, TEST_EMPTY_LIST, TEST_NO_LIST),
		"{\"control\":32772,\"dacl\":[]" JSON_ENDS,
		ADMINISTRATORS "control  0x8004: dacl-present self-relative\n"
			       "access   an empty list: nobody may do anything\n" NO_SYSTEM_LIST);
}

static void a_descriptor_without_owner_is_explained(void **state)
{
	(void)state;
	assert_explained(&kind_security_descriptor, "0100008000000000000000000000000000000000",
		"{\"control\":32768,\"dacl\":null,\"group\":null,\"owner\":null,\"sacl\":null}",
		"owner    none\ngroup    none\ncontrol  0x8000: self-relative\n"
		"access   no list: everybody may do everything\n" NO_SYSTEM_LIST);
}

#define SYSTEM_JSON                                                                                \
	"{\"authority\":5,\"display\":\"SYSTEM\",\"name\":\"SYSTEM\",\"sid\":\"S-1-5-18\","        \
	"\"sub-authorities\":[18]}"
#define SYSTEM_TEXT                                                                                \
	"sid              S-1-5-18\nwho              SYSTEM\nauthority        5\n"                 \
	"sub-authorities  18\n"

static void a_sid_is_explained_from_text_and_from_bytes(void **state)
{
	(void)state;
	assert_explained(&kind_sid, "S-1-5-18", SYSTEM_JSON, SYSTEM_TEXT);
	assert_explained(&kind_sid, " *s-1-5-18\r\n", SYSTEM_JSON, SYSTEM_TEXT);
	assert_explained(&kind_sid, "010100000000000512000000", SYSTEM_JSON, SYSTEM_TEXT);
	assert_explained(
		&kind_sid, "hex:01,01,00,00,00,00,00,05,12,00,00,00", SYSTEM_JSON, SYSTEM_TEXT);
	assert_explained(&kind_sid, "S-1-0x123456789ABC",
		"{\"authority\":20015998343868,\"display\":\"S-1-0x123456789abc\",\"name\":null,"
		"\"sid\":\"S-1-0x123456789abc\",\"sub-authorities\":[]}",
		"sid              S-1-0x123456789abc\nwho              not a known name\n"
		"authority        20015998343868\nsub-authorities  none\n");
}

static void assert_refused(const struct kind *kind, const char *input, const char *message)
{
	auto_arena struct arena *arena = arena_new();
	struct error error = {0};
	assert_null(kind->decode(arena, bytes_of(input), &error));
	assert_int_equal(error.code, ERROR_INPUT);
	assert_string_equal(error.text, message);
}

static void what_is_neither_is_refused(void **state)
{
	(void)state;
	assert_refused(&kind_sid, "Everyone",
		"neither S-1-... nor a SID in hexadecimal: line 1: not a hexadecimal digit; one "
		"value is expected, and nothing behind it");
	assert_refused(&kind_sid, "0101000000000005", "byte 0: no SID, or not all of one");
	assert_refused(
		&kind_sid, "01010000000000051200000000", "byte 12: more bytes than the SID has");
	assert_refused(&kind_security_descriptor, "01000480",
		"byte 4: the descriptor ends within its header of 20 bytes");
}

int main(void)
{
	json_setup();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_stand_in_columns),
		cmocka_unit_test(a_null_list_and_an_empty_one_are_said_in_words),
		cmocka_unit_test(a_descriptor_without_owner_is_explained),
		cmocka_unit_test(a_sid_is_explained_from_text_and_from_bytes),
		cmocka_unit_test(what_is_neither_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
