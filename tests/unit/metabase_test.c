/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include "base/buffer.h"
#include "base/json.h"
#include "cli/kind.h"
#include "collectors/merge.h"
#include "collectors/metabase.h"
#include "collectors/probe.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

extern const struct kind kind_metabase;
extern const struct probe probe_metabase;

#define HEAD                                                                                       \
	"<?xml version =\"1.0\"?>\n"                                                               \
	"<configuration xmlns=\"urn:microsoft-catalog:XML_Metabase_V64_0\">\n<MBProperty>\n"
#define TAIL "</MBProperty>\n</configuration>\n"
#define CANARY "hunter2"

/* --- helpers -----------------------------------------------------------------------------------
 */

static struct bytes bytes_of(const char *text)
{
	return (struct bytes){(const unsigned char *)text, strlen(text)};
}

static struct metabase *decodes(struct arena *arena, const char *text)
{
	struct error error = {0};
	struct metabase *metabase = metabase_decode(arena, bytes_of(text), &error);
	if (!metabase)
		fail_msg("%s", error.text);
	return metabase;
}

static void refuses(const char *text, const char *message)
{
	auto_arena struct arena *arena = arena_new();
	struct error error = {0};
	assert_null(metabase_decode(arena, bytes_of(text), &error));
	assert_int_equal(error.code, ERROR_INPUT);
	assert_string_equal(error.text, message);
}

static struct reading read_by_probe(struct arena *arena, const struct metabase *metabase)
{
	struct reading reading = {
		.arena = arena, .artefact = "MetaBase.xml", .probe = probe_metabase.id};
	probe_metabase.read(NULL, metabase, &reading);
	return reading;
}

static const char *stated(const struct reading *reading, const char *path)
{
	for (size_t i = 0; i < reading->statement_count; i++)
		if (strcmp(reading->statements[i].path, path) == 0)
			return reading->statements[i].value;
	return NULL;
}

/* --- decoding ----------------------------------------------------------------------------------
 */

static void properties_are_kept_with_their_lines(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	const struct metabase *metabase = decodes(arena,
		HEAD "<IIsWebService\tLocation =\"/LM/W3SVC\"\n\tAuthFlags=\"AuthAnonymous\"\n"
		     "\tScriptMaps=\".asp\n\t.asa\">\n\t<Custom\n\t\tName=\"LogonMethod\"\n"
		     "\t\tID=\"6013\"\n\t\tValue=\"3\"/>\n</IIsWebService>\n" TAIL);
	assert_int_equal(metabase->count, 1);
	const struct metabase_key *key = &metabase->keys[0];
	assert_string_equal(key->location, "/LM/W3SVC");
	assert_string_equal(key->class_name, "IIsWebService");
	assert_int_equal(key->line, 4);
	assert_string_equal(key->properties[METABASE_AUTH_FLAGS], "AuthAnonymous");
	assert_int_equal(key->lines[METABASE_AUTH_FLAGS], 4);
	assert_string_equal(key->properties[METABASE_LOGON_METHOD], "3");
	assert_int_equal(key->lines[METABASE_LOGON_METHOD], 8);
	assert_null(key->properties[METABASE_ANONYMOUS_USER]);
}

static void of_passwords_only_is_kept_whether_they_are_set(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	const struct metabase *metabase = decodes(arena,
		HEAD "<A Location='/a' AnonymousUserPass='" CANARY "' UNCPassword=''/>"
		     "<A Location='/b'><Custom ID='7502' Value='" CANARY "'/></A>" TAIL);
	assert_string_equal(metabase->keys[0].properties[METABASE_ANONYMOUS_PASSWORD], "set");
	assert_string_equal(metabase->keys[0].properties[METABASE_UNC_PASSWORD], "empty");
	assert_string_equal(metabase->keys[1].properties[METABASE_WAM_PASSWORD], "set");
}

static void names_of_attributes_are_exact(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	const struct metabase *metabase =
		decodes(arena, HEAD "<A Location='/a' authflags='1'>"
				    "<Custom Name='AUTHFLAGS' ID='1' Value='4'/></A>" TAIL);
	for (int i = 0; i < METABASE_PROPERTY_COUNT; i++)
		assert_null(metabase->keys[0].properties[i]);
}

static void templates_are_skipped(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	const struct metabase *metabase = decodes(arena,
		HEAD "<A Location='/LM/W3SVC/Info/Templates'/>"
		     "<A Location='/lm/msftpsvc/info/templates/x'><Custom ID='6000'/></A>"
		     "<A Location='/LM/W3SVC/Info/TemplatesNot'/>"
		     "<A Location='/LM/W3SVC/1/ROOT/info/templates'/>" TAIL);
	assert_int_equal(metabase->count, 2);
	assert_string_equal(metabase->keys[0].location, "/LM/W3SVC/Info/TemplatesNot");
	assert_string_equal(metabase->keys[1].location, "/LM/W3SVC/1/ROOT/info/templates");
}

static void what_cannot_be_printed_is_escaped(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	const struct metabase *metabase =
		decodes(arena, HEAD "<A Location='/a&#10;b' AppPoolId='\xe2\x80\xaex'/>" TAIL);
	assert_string_equal(metabase->keys[0].location, "/a\\u000ab");
	assert_string_equal(metabase->keys[0].properties[METABASE_POOL_ID], "\\u202ex");
}

static void damage_is_named_with_its_line(void **state)
{
	(void)state;
	refuses(HEAD "<A Location='/a'/>\n<B Location='/b'/>\n<C Location='/A/'/>" TAIL,
		"line 6: a key whose Location line 4 has already");
	refuses(HEAD "<A Location='/a'/>\n<A/>" TAIL, "line 5: a key without Location");
	refuses(HEAD "<A Location='/a'\nAuthFlags='1'>\n<Custom ID='6000' Value='1'/></A>" TAIL,
		"line 6: AuthFlags is set twice here, see line 4");
	refuses(HEAD "<A Location='/a'><Custom Name='AuthFlags' ID='6013' Value='1'/></A>" TAIL,
		"line 4: Name and ID of one property differ");
	refuses(HEAD "<A Location='/a'><Custom Name='AuthFlags'/></A>" TAIL,
		"line 4: AuthFlags without Value");
	refuses("<configuration><other/></configuration>", "line 1: no MBProperty");
	refuses("<configuration><MBProperty/></configuration>", "line 1: no keys in MBProperty");
	refuses("<a><MBProperty/></a>", "line 1: the root is not configuration");
}

static void bombs_are_refused(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct bytes bomb = bytes_of("<!DOCTYPE configuration [\n<!ENTITY a 'ha'>\n"
				     "<!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>\n]>\n"
				     "<configuration><MBProperty><A Location='&b;'/>"
				     "</MBProperty></configuration>");
	struct error error = {0};
	assert_true(format_metabase.recognise(bomb));
	assert_null(metabase_decode(arena, bomb, &error));
	assert_non_null(strstr(error.text, "line 1"));
	assert_non_null(strstr(error.text, "document type"));
}

static void a_location_of_absurd_length_is_refused(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	char location[5000] = "";
	memset(location, '/', sizeof location - 1);
	refuses(arena_format(arena, HEAD "<A Location='%s'/>" TAIL, location),
		"line 4: a Location of more than 4096 bytes");
}

/* --- looking up --------------------------------------------------------------------------------
 */

static void keys_are_found_without_case(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	const struct metabase *metabase = decodes(
		arena, HEAD "<A Location='/LM/W3SVC/1/Root'/><A Location='/LM/W3SVC'/>" TAIL);
	assert_ptr_equal(metabase_key(metabase, "/lm/w3svc/1/ROOT"), &metabase->keys[0]);
	assert_ptr_equal(metabase_key(metabase, "/LM/W3SVC/1/ROOT/"), &metabase->keys[0]);
	assert_ptr_equal(metabase_key(metabase, "/LM/W3SVC"), &metabase->keys[1]);
	assert_null(metabase_key(metabase, "/LM/W3SVC/1"));
	assert_null(metabase_key(metabase, ""));
}

static void the_nearest_key_that_sets_a_property_wins(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	const struct metabase *metabase =
		decodes(arena, HEAD "<A Location='/LM/W3SVC/1/ROOT/a' LogonMethod='2'/>"
				    "<A Location='/LM/W3SVC' AuthFlags='1' LogonMethod='3'/>"
				    "<A Location='/LM/W3SVC/1/ROOT/ab' AuthFlags='4'/>"
				    "<A Location='/LM/W3SVC/1'/>" TAIL);
	const struct metabase_key *service = &metabase->keys[1];
	static const char leaf[] = "/LM/W3SVC/1/ROOT/A/b/c";
	assert_ptr_equal(metabase_effective(metabase, leaf, METABASE_AUTH_FLAGS), service);
	assert_ptr_equal(
		metabase_effective(metabase, leaf, METABASE_LOGON_METHOD), &metabase->keys[0]);
	assert_null(metabase_effective(metabase, leaf, METABASE_POOL_ID));
	assert_null(metabase_effective(metabase, "/LM/SMTPSVC", METABASE_AUTH_FLAGS));
	assert_ptr_equal(metabase_setter(&metabase->keys[3], METABASE_LOGON_METHOD), service);
}

static void a_large_metabase_is_read_soon(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	auto_buffer struct buffer out = BUFFER_INIT((size_t)64 << 20);
	buffer_text(&out, HEAD "<IIsWebService Location='/LM/W3SVC' AuthFlags='1'/>");
	for (int i = 0; i < 50000; i++)
		buffer_format(&out, "<IIsWebVirtualDir Location='/LM/W3SVC/1/ROOT/a/b/%d'/>", i);
	buffer_text(&out, TAIL);
	clock_t before = clock();
	struct reading reading = read_by_probe(arena, decodes(arena, out.data));
	assert_int_equal(reading.statement_count, 2 * 50001 + 1);
	assert_true((clock() - before) / CLOCKS_PER_SEC < 10);
}

/* --- secrets -----------------------------------------------------------------------------------
 */

/* A password wherever a metabase keeps one, in clear and as the hexadecimal that IIS writes. */
#define PASSWORDS                                                                                  \
	"<IIS_Global Location='.' SessionKey='" CANARY "'/>\n"                                     \
	"<IIS_ROOT Location='/' AdminACL='" CANARY "'/>\n"                                         \
	"<IIsWebService Location='/LM/W3SVC' AnonymousUserName='IUSR'\n"                           \
	" AnonymousUserPass='" CANARY "' WAMUserPass='4963446270" CANARY "'\n"                     \
	" LogOdbcPassword='" CANARY "' UNCPassword='" CANARY "' AdminACL='" CANARY "'>\n"          \
	" <Custom Name='UnknownName_99' ID='99' Value='" CANARY "'/>" CANARY "</IIsWebService>\n"  \
	"<IIsConfigObject Location='/LM/W3SVC/1'>\n"                                               \
	" <Custom Name='AnonymousUserPass' Value='" CANARY "'/>\n"                                 \
	" <Custom Name='UNCPassword' ID='3003' Value='" CANARY "'/>\n"                             \
	" <Custom Name='UnknownName_7502' ID='7502' Value='" CANARY "'/></IIsConfigObject>\n"      \
	"<IIsWebVirtualDir Location='/LM/W3SVC/1/ROOT'>\n"                                         \
	" <Custom Name='UnknownName_6021' ID='6021' Value='" CANARY "'/></IIsWebVirtualDir>\n"     \
	"<IIsApplicationPool Location='/LM/W3SVC/AppPools/p' AppPoolIdentityType='3'\n"            \
	" WAMUserName='u' WAMUserPass='" CANARY "'/><!-- " CANARY " -->\n"

static char *shown(struct arena *arena, const struct metabase *metabase)
{
	char *text = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&text, &length);
	kind_metabase.print(metabase, file);
	auto_json json_t *json = kind_metabase.json(arena, metabase);
	json_write(file, json, 0);
	struct reading reading = read_by_probe(arena, metabase);
	for (size_t i = 0; i < reading.statement_count; i++)
		fprintf(file, "%s=%s\n", reading.statements[i].path, reading.statements[i].value);
	for (size_t i = 0; i < reading.reach_count; i++)
		fprintf(file, "%s %s\n", reading.reaches[i].pattern,
			reading.reaches[i].why ? reading.reaches[i].why : "");
	fclose(file);
	return text;
}

static void no_password_comes_out(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	char *text = shown(arena, decodes(arena, HEAD PASSWORDS TAIL));
	assert_non_null(strstr(text, "/LM/W3SVC/1/ROOT"));
	assert_non_null(strstr(text, "AnonymousUserPass    set"));
	assert_non_null(strstr(text, "iis/location/1/anonymous/explicit=password"));
	assert_null(strstr(text, CANARY));
	free(text);
}

/* The same file with a fault behind, in front of and within what must not be quoted. */
static void no_password_comes_out_of_an_error(void **state)
{
	(void)state;
	static const char *const texts[] = {
		HEAD PASSWORDS "<A Location='/LM/W3SVC/1' AnonymousUserPass='" CANARY "'/>" TAIL,
		HEAD PASSWORDS "<A Location='/x' WAMUserPass='" CANARY "'>"
			       "<Custom ID='7502' Value='" CANARY "'/></A>" TAIL,
		HEAD PASSWORDS "<A AnonymousUserPass='" CANARY "'/>" TAIL,
		HEAD PASSWORDS "<A Location='/x' AnonymousUserPass='" CANARY "' "
			       "AnonymousUserPass='" CANARY "'/>" TAIL,
		HEAD PASSWORDS "<A Location='/x' AnonymousUserPass='<" CANARY "'/>" TAIL,
		HEAD PASSWORDS "<A Location='/x' AnonymousUserPass='&" CANARY ";'/>" TAIL,
		HEAD PASSWORDS "</" CANARY ">",
		HEAD PASSWORDS "<A Location='/x' AnonymousUserPass='" CANARY "\xff'/>" TAIL,
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		auto_arena struct arena *arena = arena_new();
		struct error error = {0};
		assert_null(metabase_decode(arena, bytes_of(texts[i]), &error));
		assert_null(strstr(error.text, CANARY));
		assert_non_null(strstr(error.text, "line "));
	}
}

/* A cut file must never look like a smaller one that is whole. */
static void a_cut_metabase_is_damaged_wherever_it_is_cut(void **state)
{
	(void)state;
	static const char text[] = HEAD PASSWORDS TAIL;
	auto_buffer struct buffer wide = BUFFER_INIT((size_t)1 << 20);
	buffer_append(&wide, "\xff\xfe", 2);
	for (const char *at = text; *at; at++) {
		char unit[] = {*at, 0};
		buffer_append(&wide, unit, 2);
	}
	struct bytes both[] = {bytes_of(text), {(unsigned char *)wide.data, wide.length}};
	size_t ends[] = {strlen("\n"), strlen("\n") * 2};
	for (size_t i = 0; i < 2; i++) {
		for (size_t n = 0; n < both[i].length - ends[i]; n++) {
			auto_arena struct arena *arena = arena_new();
			struct error error = {0};
			struct bytes cut = {arena_copy(arena, both[i].data, n), n};
			format_metabase.recognise(cut);
			assert_null(metabase_decode(arena, cut, &error));
			assert_null(strstr(error.text, CANARY));
		}
	}
}

/* --- the format and the probe ------------------------------------------------------------------
 */

static void it_is_told_from_other_configurations(void **state)
{
	(void)state;
	static const char *const others[] = {
		"",
		"<configuration><configSections>",
		"<configuration/>",
		"<MBProperty/>",
		"<configuration",
		"{}",
	};
	assert_true(format_metabase.recognise(bytes_of(HEAD)));
	assert_true(format_metabase.recognise(bytes_of("\xef\xbb\xbf" HEAD "<broken")));
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		assert_false(format_metabase.recognise(bytes_of(others[i])));
	assert_true(format_metabase.suggests("metabase.XML"));
	assert_true(format_metabase.suggests("inetsrv/MetaBase.xml"));
	assert_false(format_metabase.suggests("MBSchema.xml"));
}

static void without_the_service_key_nothing_is_absent(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct reading reading = read_by_probe(
		arena, decodes(arena, HEAD "<IIsWebServer Location='/LM/W3SVC/1'/>" TAIL));
	assert_string_equal(stated(&reading, "iis/location/1/exists"), "true");
	assert_null(stated(&reading, "iis/location/1/anonymous/enabled"));
	for (size_t i = 0; i < reading.reach_count; i++)
		assert_non_null(reading.reaches[i].why);
}

static void what_nobody_sets_is_the_default_of_the_schema(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct reading reading = read_by_probe(arena,
		decodes(arena, HEAD "<IIsWebService Location='/LM/W3SVC'/>"
				    "<IIsApplicationPool Location='/LM/W3SVC/AppPools/P'/>" TAIL));
	assert_string_equal(stated(&reading, "iis/location/%2F/anonymous/enabled"), "true");
	assert_null(stated(&reading, "iis/location/%2F/anonymous/sync"));
	assert_null(stated(&reading, "iis/location/%2F/anonymous/logon-method"));
	assert_null(stated(&reading, "iis/location/%2F/anonymous/explicit"));
	assert_string_equal(stated(&reading, "iis/pool/p/identity"), "network-service");
	assert_null(stated(&reading, "iis/isolation-mode"));
}

static void it_means_something_to_iis_6_and_where_the_version_is_not_known(void **state)
{
	(void)state;
	static const struct {
		const char *version;
		bool meant;
	} cases[] = {{NULL, true}, {"6.0", true}, {"5.0", false}, {"10.0", false}, {"60.1", false}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		auto_arena struct arena *arena = arena_new();
		struct reading reading = {.arena = arena, .artefact = "a", .probe = "b"};
		if (cases[i].version)
			reading_state(&reading, "iis/version", cases[i].version, 0);
		struct known known = {&reading, 1};
		assert_int_equal(probe_metabase.meaningless(arena, &known) == NULL, cases[i].meant);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(properties_are_kept_with_their_lines),
		cmocka_unit_test(of_passwords_only_is_kept_whether_they_are_set),
		cmocka_unit_test(names_of_attributes_are_exact),
		cmocka_unit_test(templates_are_skipped),
		cmocka_unit_test(what_cannot_be_printed_is_escaped),
		cmocka_unit_test(damage_is_named_with_its_line),
		cmocka_unit_test(bombs_are_refused),
		cmocka_unit_test(a_location_of_absurd_length_is_refused),
		cmocka_unit_test(keys_are_found_without_case),
		cmocka_unit_test(the_nearest_key_that_sets_a_property_wins),
		cmocka_unit_test(a_large_metabase_is_read_soon),
		cmocka_unit_test(no_password_comes_out),
		cmocka_unit_test(no_password_comes_out_of_an_error),
		cmocka_unit_test(a_cut_metabase_is_damaged_wherever_it_is_cut),
		cmocka_unit_test(it_is_told_from_other_configurations),
		cmocka_unit_test(without_the_service_key_nothing_is_absent),
		cmocka_unit_test(what_nobody_sets_is_the_default_of_the_schema),
		cmocka_unit_test(it_means_something_to_iis_6_and_where_the_version_is_not_known),
	};
	json_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
