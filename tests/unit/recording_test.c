/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/recording.h"

#include "collectors/identity.h"
#include "collectors/metabase.h"
#include "collectors/registry.h"

#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CANARY "Can4ry-Bird"

static struct bytes bytes_of(const char *text)
{
	return (struct bytes){(const unsigned char *)text, strlen(text)};
}

/* ASCII as UTF-16 with its mark. */
static struct bytes wide(struct arena *arena, const char *text, bool big)
{
	size_t length = strlen(text);
	unsigned char *out = arena_alloc(arena, 2 * length + 2);
	out[big] = 0xff;
	out[!big] = 0xfe;
	for (size_t i = 0; i < length; i++)
		out[2 * i + 2 + big] = (unsigned char)text[i];
	return (struct bytes){out, 2 * length + 2};
}

static bool holds(struct bytes content, struct bytes part)
{
	return memmem(content.data, content.length, part.data, part.length) != NULL;
}

/* --- blanking --------------------------------------------------------------------------------- */

static void assert_blank(const struct format *format, const char *content, const char *expected)
{
	auto_arena struct arena *arena = arena_new();
	struct error error = {0};
	struct bytes blank = format->blank(arena, bytes_of(content));
	assert_non_null(blank.data);
	assert_string_equal(arena_text_n(arena, (const char *)blank.data, blank.length), expected);
	if (!format->decode(arena, blank, &error))
		fail_msg("does not decode when blank: %s", error.text);
	for (int big = 0; big < 2; big++) {
		struct bytes wider = format->blank(arena, wide(arena, content, big));
		struct bytes as = wide(arena, expected, big);
		assert_int_equal(wider.length, as.length);
		assert_memory_equal(wider.data, as.data, as.length);
	}
}

#define REG "Windows Registry Editor Version 5.00\r\n\r\n"
#define WINLOGON "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Winlogon"
#define SNMP "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\SNMP\\Parameters"

static void secrets_of_reg_files_are_blanked_where_they_stand(void **state)
{
	(void)state;
	assert_blank(&format_registry,
		REG "[" WINLOGON "]\r\n\"DefaultPassword\"=\"a \\\"b\\\\\"\r\n"
		    "\"AutoAdminLogon\"=\"1\"\r\n; " CANARY "\r\n\r\n",
		REG "[" WINLOGON "]\r\n\"DefaultPassword\"=\"0000000\"\r\n"
		    "\"AutoAdminLogon\"=\"1\"\r\n;000000000000\r\n\r\n");
	assert_blank(&format_registry,
		REG "[" WINLOGON
		    "]\r\n\"DefaultPassword\"=hex(2):41,00,\\\r\n  42,00,00,00\r\n\r\n",
		REG "[" WINLOGON
		    "]\r\n\"DefaultPassword\"=hex(2):00,00,\\\r\n  00,00,00,00\r\n\r\n");
	assert_blank(&format_registry,
		REG "[HKEY_LOCAL_MACHINE\\SAM\\x]\r\n@=dword:0000beef\r\n\"F\"=hex:01,02\r\n\r\n",
		REG "[HKEY_LOCAL_MACHINE\\SAM\\x]\r\n@=dword:00000000\r\n\"F\"=hex:00,00\r\n\r\n");
	assert_blank(&format_registry, REG "[HKEY_LOCAL_MACHINE\\x] ;a;b\r\n\"y\"=\"1\" ;c\r\n\r\n",
		REG "[HKEY_LOCAL_MACHINE\\x] ;000\r\n\"y\"=\"1\" ;0\r\n\r\n");
}

static void names_that_are_secrets_are_blanked(void **state)
{
	(void)state;
	assert_blank(&format_registry,
		REG "[" SNMP "\\ValidCommunities]\r\n\"pub\\\\lic\"=dword:00000004\r\n\r\n"
		    "[" SNMP "\\TrapConfiguration\\public]\r\n\"1\"=\"10.0.0.1\"\r\n\r\n",
		REG "[" SNMP "\\ValidCommunities]\r\n\"00000000\"=dword:00000000\r\n\r\n"
		    "[" SNMP "\\TrapConfiguration\\000000]\r\n\"1\"=\"10.0.0.1\"\r\n\r\n");
}

static void secrets_of_reg_query_are_blanked_where_they_stand(void **state)
{
	(void)state;
	assert_blank(&format_registry,
		"\r\n" WINLOGON "\r\n    DefaultPassword    REG_SZ    " CANARY "\r\nand more\r\n"
		"    AutoAdminLogon    REG_SZ    1\r\n    OldPassword    REG_BINARY    "
		"C0FFEE\r\n\r\n"
		"HKEY_LOCAL_MACHINE\\SECURITY\\x\r\n    a    REG_DWORD    0x1f\r\n"
		"    b    REG_MULTI_SZ    one\\0two\r\n\r\n",
		"\r\n" WINLOGON "\r\n    DefaultPassword    REG_SZ    00000000000\r\n00000000\r\n"
		"    AutoAdminLogon    REG_SZ    1\r\n    OldPassword    REG_BINARY    "
		"000000\r\n\r\n"
		"HKEY_LOCAL_MACHINE\\SECURITY\\x\r\n    a    REG_DWORD    0x00\r\n"
		"    b    REG_MULTI_SZ    00000000\r\n\r\n");
}

/* Beyond ASCII a character is one byte, two or three, and one or two units. */
static void characters_beyond_ascii_keep_their_neighbours(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	const char *utf8 =
		REG "[HKEY_LOCAL_MACHINE\\k\u00fc\u20ac]\r\n\"p\u00e4ssword\"=\"1\"\r\n"
		    "\"Password\"=\"\u00fc\u20ac\U0001f600x\"\r\n\"z\"=\"\u00e4\"\r\n\r\n";
	struct bytes blank = format_registry.blank(arena, bytes_of(utf8));
	assert_true(holds(blank, bytes_of("k\u00fc\u20ac]\r\n\"p\u00e4ssword\"=\"1\"")));
	assert_true(holds(blank, bytes_of("\"Password\"=\"0000000000\"\r\n\"z\"=\"\u00e4\"")));
	const char *narrow = REG "[HKEY_LOCAL_MACHINE\\k\xfc\x80]\r\n\"Password\"=\"\xfc\x80x\"\r\n"
				 "\"z\"=\"\xe4\"\r\n\r\n";
	blank = format_registry.blank(arena, bytes_of(narrow));
	assert_true(holds(blank, bytes_of("k\xfc\x80]\r\n\"Password\"=\"000\"\r\n\"z\"=\"\xe4\"")));
}

#define HEAD                                                                                       \
	"<?xml version=\"1.0\"?>\n<configuration xmlns=\"urn:x\">\n<MBProperty>\n<IIsWebService "  \
	"Location=\"/LM/W3SVC\" "
#define TAIL "</IIsWebService></MBProperty></configuration>\n"

static void secrets_of_the_metabase_are_blanked(void **state)
{
	(void)state;
	assert_blank(&format_metabase,
		HEAD "AnonymousPasswordSync=\"TRUE\" AnonymousUserPass='a&amp;>b' WAMUserPass=\"\" "
		     "LogOdbcPassword=\"p\n q\" SessionKey=\"12\">" TAIL,
		HEAD "AnonymousPasswordSync=\"TRUE\" AnonymousUserPass='00000000' WAMUserPass=\"\" "
		     "LogOdbcPassword=\"0\n00\" SessionKey=\"00\">" TAIL);
	assert_blank(&format_metabase,
		HEAD "><!-- " CANARY " --><Custom Name=\"X\" ID=\"7\" Value=\"v\" "
		     "Attributes=\"INHERIT | SECURE\"/><Custom ID=\"6021\" Value=\"pw\"/>"
		     "<Custom ID=\"6020\" Value=\"IUSR\" Attributes=\"SECURE\"/>"
		     "<Custom ID=\"9\" Value=\"shown\" Attributes=\"INHERIT\"/>" TAIL,
		HEAD "><!--0000000000000--><Custom Name=\"X\" ID=\"7\" Value=\"0\" "
		     "Attributes=\"INHERIT | SECURE\"/><Custom ID=\"6021\" Value=\"00\"/>"
		     "<Custom ID=\"6020\" Value=\"IUSR\" Attributes=\"SECURE\"/>"
		     "<Custom ID=\"9\" Value=\"shown\" Attributes=\"INHERIT\"/>" TAIL);
}

static void what_a_scan_does_not_see_is_not_given_out(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct bytes content = bytes_of(HEAD "><Custom Name=\"X\" ID=\"7\" Value=\"" CANARY "\" "
					     "Attributes=\"SEC&#85;RE\"/>" TAIL);
	assert_null(format_metabase.blank(arena, content).data);
}

/* --- recording -------------------------------------------------------------------------------- */

struct place {
	char folder[64];
	const char *node; /* its folder */
	struct arena *arena;
};

static int set_up(void **state)
{
	static struct place place;
	snprintf(place.folder, sizeof place.folder, "/tmp/standby-recording-XXXXXX");
	if (!mkdtemp(place.folder))
		return -1;
	place.arena = arena_new();
	place.node = arena_format(place.arena, "%s/N", place.folder);
	*state = &place;
	return 0;
}

static void remove_node(const struct place *place, const char *name)
{
	static const char *const files[] = {RECORDING_FILE, "0001-registry.reg",
		"0001-identity.json", "0002-identity.json", NULL};
	for (const char *const *file = files; *file; file++)
		unlink(arena_format(place->arena, "%s/%s/%s", place->folder, name, *file));
	rmdir(arena_format(place->arena, "%s/%s", place->folder, name));
}

static int tear_down(void **state)
{
	struct place *place = *state;
	remove_node(place, "N");
	rmdir(place->folder);
	arena_free(place->arena);
	return 0;
}

static const char good_reg[] = REG "[HKEY_LOCAL_MACHINE\\SAM]\r\n\"F\"=\"" CANARY "\"\r\n\r\n";
static const char *const asked[] = {"HKLM\\SAM", NULL};

static const struct probe registry_probe = {.id = "a_probe", .format = &format_registry};

static void record(struct place *place, const struct artefact *artefacts, size_t count)
{
	struct error error = {0};
	struct recorder *recorder = recorder_new(place->folder, "N", "N", &error);
	assert_non_null(recorder);
	recorder_add(recorder, &registry_probe, "cmd", "reg query HKLM\\SAM /s", asked,
		bytes_of(good_reg), NULL);
	for (size_t i = 0; i < count; i++)
		recorder_artefact(recorder, &artefacts[i]);
	assert_int_equal(recorder_close(recorder, "fake:n", 1000000000, &error), 0);
}

static char *file_of(struct place *place, const char *name)
{
	FILE *file = fopen(arena_format(place->arena, "%s/%s", place->node, name), "r");
	if (!file)
		return NULL;
	char *text = arena_alloc(place->arena, 65536);
	text[fread(text, 1, 65535, file)] = '\0';
	fclose(file);
	return text;
}

static void a_recording_gives_the_artefacts_back(void **state)
{
	struct place *place = *state;
	const struct artefact artefacts[] = {
		{.name = "sam.reg",
			.format = &format_registry,
			.content = bytes_of(good_reg),
			.asked = asked},
		{.name = "odd.txt"},
		{.name = "identity.json", .format = &format_identity, .damage = "not found"},
	};
	struct artefacts read = {0};
	struct error error = {0};
	record(place, artefacts, 3);
	if (recording_read(place->arena, place->node, "n", &read, &error) != 0)
		fail_msg("%s", error.text);
	assert_int_equal(read.count, 3);
	assert_string_equal(read.items[0].name, "sam.reg");
	assert_ptr_equal(read.items[0].format, &format_registry);
	assert_int_equal(read.items[0].modified, 1000000000);
	assert_int_equal(read.items[0].content.length, sizeof good_reg - 1);
	assert_string_equal(read.items[0].asked[0], "HKLM\\SAM");
	assert_null(read.items[0].asked[1]);
	assert_string_equal(read.items[1].name, "odd.txt");
	assert_null(read.items[1].format);
	assert_ptr_equal(read.items[2].format, &format_identity);
	assert_string_equal(read.items[2].damage, "not found");
	assert_null(strstr(file_of(place, "0001-registry.reg"), CANARY));
	assert_non_null(strstr(file_of(place, RECORDING_FILE), "\"request\": \"reg query HKLM"));
}

static void a_failure_stays_with_the_probe_that_asked(void **state)
{
	struct place *place = *state;
	static const struct probe other = {.id = "other", .format = &format_registry};
	const struct artefact artefact = {.name = "other 1",
		.format = &format_registry,
		.damage = "failed",
		.probe = "other"};
	struct artefacts read = {0};
	struct error error = {0};
	struct recorder *recorder = recorder_new(place->folder, "N", "N", &error);
	assert_non_null(recorder);
	recorder_add(recorder, &registry_probe, "cmd", "first", NULL, (struct bytes){0}, "failed");
	recorder_add(recorder, &other, "cmd", "second", NULL, (struct bytes){0}, "failed");
	recorder_artefact(recorder, &artefact);
	assert_int_equal(recorder_close(recorder, "fake:n", 1000000000, &error), 0);
	assert_int_equal(recording_read(place->arena, place->node, "n", &read, &error), 0);
	assert_int_equal(read.count, 1);
	assert_string_equal(read.items[0].probe, "other");
}

static void what_does_not_decode_is_recorded_as_damage_only(void **state)
{
	struct place *place = *state;
	const struct artefact artefacts[] = {
		{.name = "identity.json",
			.format = &format_identity,
			.content = bytes_of(
				"{\"computer\": {\"name\": \"N\"}, \"credentials\": {\"iis/wam\":"
				" {\"password\": \"" CANARY "\"}}, \"version\": 1}")},
	};
	struct artefacts read = {0};
	struct error error = {0};
	record(place, artefacts, 1);
	assert_null(file_of(place, "0001-identity.json"));
	assert_null(strstr(file_of(place, RECORDING_FILE), CANARY));
	assert_int_equal(recording_read(place->arena, place->node, "N", &read, &error), 0);
	assert_int_equal(read.count, 1);
	assert_non_null(read.items[0].damage);
}

static void assert_refused(struct place *place, const char *node, const char *part)
{
	struct artefacts read = {0};
	struct error error = {0};
	assert_int_equal(recording_read(place->arena, place->node, node, &read, &error), -1);
	if (!strstr(error.text, part))
		fail_msg("\"%s\" does not say \"%s\"", error.text, part);
}

static void a_recording_that_was_changed_is_refused(void **state)
{
	struct place *place = *state;
	const struct artefact artefact = {
		.name = "sam.reg", .format = &format_registry, .content = bytes_of(good_reg)};
	record(place, &artefact, 1);
	assert_refused(place, "M", "is a recording of another node than M");
	const char *path = arena_format(place->arena, "%s/0001-registry.reg", place->node);
	assert_int_equal(truncate(path, sizeof good_reg - 3), 0);
	assert_refused(place, "N", "is not what was recorded");
	unlink(path);
	assert_refused(place, "N", "No such file");
	unlink(arena_format(place->arena, "%s/%s", place->node, RECORDING_FILE));
	assert_refused(place, "N", RECORDING_FILE);
}

static void a_file_outside_the_recording_is_not_read(void **state)
{
	static const char *const names[] = {"../x", "/etc/passwd", ".hidden", "", NULL};
	struct place *place = *state;
	assert_int_equal(mkdir(place->node, 0700), 0);
	for (const char *const *name = names; *name; name++) {
		FILE *file = fopen(
			arena_format(place->arena, "%s/%s", place->node, RECORDING_FILE), "w");
		fprintf(file,
			"{\"version\":1,\"node\":\"N\",\"replies\":[{\"status\":\"ok\",\"name\":"
			"\"x\","
			"\"format\":\"registry\",\"file\":\"%s\",\"length\":1,\"sha256\":\"00\"}]}",
			*name);
		fclose(file);
		assert_refused(place, "N", "/replies/0/file: must");
	}
}

static void a_node_that_was_not_reached_replays_as_that(void **state)
{
	struct place *place = *state;
	struct error error = {0};
	struct recorder *recorder = recorder_new(place->folder, "N", "N", &error);
	recorder_unreached(recorder, "nobody answered");
	assert_int_equal(recorder_close(recorder, "fake:n", 0, &error), 0);
	assert_refused(place, "N", "nobody answered");
}

static void a_recording_is_never_written_over(void **state)
{
	struct place *place = *state;
	struct error error = {0};
	record(place, NULL, 0);
	assert_null(recorder_new(place->folder, "N", "N", &error));
	assert_non_null(strstr(error.text, "stands there already"));
}

static void an_unfinished_recording_can_be_discarded(void **state)
{
	struct place *place = *state;
	struct error error = {0};
	struct recorder *recorder = recorder_new(place->folder, "N", "N", &error);
	const struct artefact artefact = {
		.name = "sam.reg", .format = &format_registry, .content = bytes_of(good_reg)};
	recorder_artefact(recorder, &artefact);
	const char *partial = arena_format(place->arena, "%s.partial", place->node);
	assert_int_equal(access(partial, F_OK), 0);
	recording_discard(place->folder, "N");
	assert_int_equal(access(partial, F_OK), -1);
	assert_int_equal(recorder_close(recorder, "fake:n", 0, &error), -1);
	assert_int_equal(error.code, ERROR_INTERNAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secrets_of_reg_files_are_blanked_where_they_stand),
		cmocka_unit_test(names_that_are_secrets_are_blanked),
		cmocka_unit_test(secrets_of_reg_query_are_blanked_where_they_stand),
		cmocka_unit_test(characters_beyond_ascii_keep_their_neighbours),
		cmocka_unit_test(secrets_of_the_metabase_are_blanked),
		cmocka_unit_test(what_a_scan_does_not_see_is_not_given_out),
		cmocka_unit_test_setup_teardown(
			a_recording_gives_the_artefacts_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_does_not_decode_is_recorded_as_damage_only, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_failure_stays_with_the_probe_that_asked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_recording_that_was_changed_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_file_outside_the_recording_is_not_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_node_that_was_not_reached_replays_as_that, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_recording_is_never_written_over, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_unfinished_recording_can_be_discarded, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
