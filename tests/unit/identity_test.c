/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include "base/file.h"
#include "base/json.h"
#include "collectors/identity.h"
#include "collectors/probe.h"

#include <string.h>

extern const struct probe probe_identity;

#define CANARY "hunter2"
#define NODE "\"version\": 1, \"computer\": {\"name\": \"CONF1\"}"
#define FINGERPRINT                                                                                \
	"hmac-sha256:0123456789abcdef:"                                                            \
	"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

/* --- helpers -----------------------------------------------------------------------------------
 */

static struct bytes bytes_of(const char *text)
{
	return (struct bytes){(const unsigned char *)text, strlen(text)};
}

static struct identity *decodes(struct arena *arena, const char *text)
{
	struct error error = {0};
	struct identity *identity = identity_decode(arena, bytes_of(text), &error);
	if (!identity)
		fail_msg("%s", error.text);
	return identity;
}

static void refuses(const char *text, const char *message)
{
	auto_arena struct arena *arena = arena_new();
	struct error error = {0};
	assert_null(identity_decode(arena, bytes_of(text), &error));
	assert_int_equal(error.code, ERROR_INPUT);
	assert_string_equal(error.text, message);
}

static const struct identity_claim *claim_of(const struct identity *identity, const char *path)
{
	for (size_t i = 0; i < identity->count; i++)
		if (strcmp(identity->claims[i].path, path) == 0)
			return &identity->claims[i];
	fail_msg("no claim about %s", path);
	return NULL;
}

static void claims(const struct identity *identity, const char *path, const char *value)
{
	const struct identity_claim *claim = claim_of(identity, path);
	if (value)
		assert_string_equal(claim->value, value);
	else
		assert_null(claim->value);
}

/* --- what is read ------------------------------------------------------------------------------
 */

static void the_computer_needs_only_a_name(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	const struct identity *identity = decodes(arena, "{" NODE "}");
	assert_int_equal(identity->count, 1);
	claims(identity, "node/name", "CONF1");
	claims(decodes(arena, "\xef\xbb\xbf{\"node\": \"Conf1\", \"version\": 1,"
			      "\"computer\": {\"name\": \"conf1\"}}"),
		"node/name", "CONF1");
}

static void a_domain_of_null_is_a_workgroup(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	const struct identity *identity = decodes(
		arena, "{\"version\": 1, \"computer\": {\"name\": \"A\", \"domain\": null}}");
	claims(identity, "node/domain", NULL);
	assert_null(claim_of(identity, "node/domain")->why);
}

static void accounts_are_canonical_for_the_computer(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	const struct identity *identity = decodes(arena,
		"{\"accounts\": {\"conf1\\\\IUSR_Conf1\": {\"exists\": true, \"enabled\": false,"
		"\"groups\": [\"BUILTIN\\\\Guests\", \"S-1-5-32-568\", \"CONF1\\\\Web\"]}}," NODE
		"}");
	claims(identity, "account/.\\iusr_conf1/exists", "true");
	claims(identity, "account/.\\iusr_conf1/disabled", "true");
	claims(identity, "account/.\\iusr_conf1/group/", NULL);
	claims(identity, "account/.\\iusr_conf1/group/Guests", "member");
	claims(identity, "account/.\\iusr_conf1/group/IIS_IUSRS", "member");
	claims(identity, "account/.\\iusr_conf1/group/.\\web", "member");
}

static void of_a_missing_account_all_is_known(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	const struct identity *identity =
		decodes(arena, "{" NODE ", \"accounts\": {\"a\": {\"exists\": false}}}");
	claims(identity, "account/.\\a/exists", "false");
	claims(identity, "account/.\\a/", NULL);
}

static void a_logon_that_was_not_tried_is_unknown_with_its_reason(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	const struct identity *identity = decodes(arena,
		"{" NODE ", \"accounts\": {}, \"logon\": {\"a\": \"not-tried\", \"b\": \"valid\","
		"\"c\": {\"state\": \"not-tried\", \"why\": \"locked\\u001b\"}}}");
	assert_string_equal(
		claim_of(identity, "account/.\\a/logon")->why, "the logon was not tried");
	assert_string_equal(claim_of(identity, "account/.\\c/logon")->why,
		"the logon was not tried: locked\\u001b");
	claims(identity, "account/.\\b/logon", "valid");
}

static void every_state_of_a_password_is_taken(void **state)
{
	(void)state;
	static const char *const states[] = {FINGERPRINT, "empty", "not-set", "unreadable"};
	for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
		auto_arena struct arena *arena = arena_new();
		const struct identity *identity = decodes(arena,
			arena_format(arena,
				"{%s, \"credentials\": {\"iis/wam\": {\"password\": \"%s\"}}}",
				NODE, states[i]));
		claims(identity, "iis/wam/password", states[i]);
	}
}

/* --- what is refused ---------------------------------------------------------------------------
 */

static void mistakes_are_named_by_their_place(void **state)
{
	(void)state;
	refuses("{\"version\": 1,\n  \"computer\": }", "line 2, column 15: unexpected character");
	refuses("[1]", "must be an object");
	refuses("{\"version\": 2, \"computer\": {\"name\": \"A\"}}", "/version: must be 1");
	refuses("{\"version\": 1}", "/computer: is missing, must be an object");
	refuses("{\"version\": 1, \"computer\": {}}", "/computer/name: is missing, must be a text");
	refuses("{\"node\": \"B\", " NODE "}", "/computer/name: is another name than /node");
	refuses("{" NODE ", \"accounts\": {\"a\": {}}}",
		"/accounts/a/exists: is missing, must be true or false");
	refuses("{" NODE ", \"accounts\": {\"a\": {\"exists\": false, \"locked\": true}}}",
		"/accounts/a/locked: is not known here, expected one of: exists");
	refuses("{" NODE ", \"accounts\": {\"CONF1\\\\A\": {\"exists\": true},"
		"\".\\\\a\": {\"exists\": true}}}",
		"/accounts/.\\a: stands here already in another spelling");
	refuses("{" NODE ", \"accounts\": {\"a\": {\"exists\": true, \"expires\": \"soon\"}}}",
		"/accounts/a/expires: must be a time like 2026-11-21T10:00:00Z");
	refuses("{" NODE ", \"accounts\": {\"a\": {\"exists\": true,"
		"\"password-set\": \"2026-13-21T10:00:00Z\"}}}",
		"/accounts/a/password-set: must be a time like 2026-11-21T10:00:00Z");
	refuses("{" NODE ", \"accounts\": {\"a\": {\"exists\": true, \"groups\": [\"b\", 1]}}}",
		"/accounts/a/groups/1: must be the name of an account or its SID");
	refuses("{" NODE ", \"logon\": {\"a\": \"perhaps\"}}",
		"/logon/a: must be valid, refused, not-tried, or an object with state and why");
}

static void places_of_credentials_are_canonical(void **state)
{
	(void)state;
	static const char *const good[] = {"iis/location/%2F/anonymous", "iis/wam",
		"iis/location/1%2Froot%2Fa b/anonymous", "iis/pool/defaultapppool",
		"iis/directory/1%2Froot"};
	static const char *const bad[] = {"iis/location/1%2fROOT/anonymous",
		"iis/location/1/root/anonymous", "iis/location/lm%2Fw3svc%2F1/anonymous",
		"iis/location/1%2F/anonymous", "iis/location//anonymous", "iis/pool/Default",
		"iis/wam/", "iis/location/1/anonymous/user", "account/a", ""};
	static const char form[] = "{" NODE ", \"credentials\": {\"%s\": {\"user\": \"u\"}}}";
	auto_arena struct arena *arena = arena_new();
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		char text[512];
		snprintf(text, sizeof text, form, good[i]);
		const struct identity *identity = decodes(arena, text);
		claims(identity, arena_format(arena, "%s/user", good[i]), "u");
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char text[512];
		struct error error = {0};
		snprintf(text, sizeof text, form, bad[i]);
		assert_null(identity_decode(arena, bytes_of(text), &error));
		assert_non_null(strstr(error.text, "must be iis/location/LOCATION/anonymous"));
	}
}

static void only_web_locations_have_a_logon_method(void **state)
{
	(void)state;
	refuses("{" NODE ", \"credentials\": {\"iis/wam\": {\"sync\": true}}}",
		"/credentials/iis~1wam/sync: is not known here, expected one of: user, password");
	refuses("{" NODE ", \"credentials\": {\"iis/location/1/anonymous\": "
		"{\"logon-method\": \"magic\"}}}",
		"/credentials/iis~1location~11~1anonymous/logon-method: must be interactive, "
		"batch, "
		"network or cleartext");
}

/* A password in clear, or anything else that is not expected, wherever a text may stand. */
static void no_value_is_quoted(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"{" NODE ", \"credentials\": {\"iis/wam\": {\"password\": \"" CANARY "\"}}}",
		"{" NODE ", \"credentials\": {\"iis/wam\": {\"password\": \"hmac-sha256:" CANARY
		"\"}}}",
		"{" NODE ", \"credentials\": {\"iis/wam\": {\"password\": [\"" CANARY "\"]}}}",
		"{" NODE ", \"credentials\": {\"iis/wam\": {\"user\": {\"a\": \"" CANARY "\"}}}}",
		"{" NODE ", \"credentials\": {\"iis/wam\": \"" CANARY "\"}}",
		"{" NODE ", \"credentials\": \"" CANARY "\"}",
		"{" NODE ", \"collected\": \"" CANARY "\"}",
		"{" NODE ", \"node\": \"" CANARY "\"}",
		"{" NODE ", \"logon\": {\"a\": \"" CANARY "\"}}",
		"{" NODE ", \"logon\": {\"a\": {\"state\": \"" CANARY "\", \"why\": \"b\"}}}",
		"{" NODE ", \"accounts\": {\"a\": {\"exists\": \"" CANARY "\"}}}",
		"{" NODE ", \"accounts\": {\"a\": {\"exists\": true, \"sid\": \"" CANARY "\"}}}",
		"{" NODE ", \"accounts\": {\"a\": {\"exists\": true, \"groups\": \"" CANARY "\"}}}",
		"{\"version\": \"" CANARY "\", \"computer\": {\"name\": \"A\"}}",
		"{\"version\": 1, \"computer\": {\"name\": \"A\", \"os\": \"" CANARY "\"}}",
		"{\"version\": 1, \"computer\": {\"name\": \"" CANARY " " CANARY "\"}}",
		"{\"version\": 1, \"computer\": \"" CANARY "\"}",
		"{\"a\": \"" CANARY "\" \"b\"}",
		"{\"a\": \"" CANARY,
		"{\"a\": \"" CANARY "\xff\"}",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		auto_arena struct arena *arena = arena_new();
		struct error error = {0};
		assert_null(identity_decode(arena, bytes_of(texts[i]), &error));
		assert_null(strstr(error.text, CANARY));
	}
}

static void a_cut_file_is_damaged_wherever_it_is_cut(void **state)
{
	(void)state;
	auto_buffer struct buffer file = BUFFER_INIT((size_t)1 << 20);
	struct error unused = {0};
	const char *path = "tests/probes/identity/workgroup/identity.json";
	assert_int_equal(file_read(path, &file, NULL, &unused), 0);
	for (size_t n = 0; n + 2 < file.length; n++) {
		auto_arena struct arena *arena = arena_new();
		struct error error = {0};
		struct bytes cut = {arena_copy(arena, file.data, n), n};
		format_identity.recognise(cut);
		assert_null(identity_decode(arena, cut, &error));
		assert_true(strncmp(error.text, "line ", 5) == 0);
	}
}

/* --- the format --------------------------------------------------------------------------------
 */

static void it_is_told_from_other_json(void **state)
{
	(void)state;
	static const char *const ours[] = {
		"{\"computer\": {",
		"\xef\xbb\xbf \r\n{ \"version\": 1, \"node\": \"a\\\"b\", \"accounts\" :",
		"{\"x\": {\"y\": [1, \"}\"]}, \"credentials\":",
	};
	static const char *const others[] = {
		"",
		"{",
		"{\"computer",
		"{\"computer\"",
		"{\"x\": \"computer\", \"y\": 1}",
		"{\"version\": 1, \"coverage\": [], \"facts\": {\"computer\": \"a\"}}",
		"{\"version\": 1, \"clusters\": [{\"credentials\": 1}]}",
		"[{\"computer\": 1}]",
		"\"computer\":",
		"<configuration>",
	};
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		assert_true(format_identity.recognise(bytes_of(ours[i])));
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		assert_false(format_identity.recognise(bytes_of(others[i])));
	assert_true(format_identity.suggests("Identity.JSON"));
	assert_false(format_identity.suggests("identity.json.bak"));
}

static void the_probe_states_nothing_that_is_not_claimed(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	const struct identity *identity = decodes(arena,
		"{" NODE ", \"accounts-complete\": false, \"logon\": {\"a\": \"not-tried\"}}");
	struct reading reading = {.arena = arena, .artefact = "a", .probe = probe_identity.id};
	probe_identity.read(NULL, identity, &reading);
	assert_int_equal(reading.statement_count, 1);
	assert_string_equal(reading.statements[0].path, "node/name");
	assert_int_equal(reading.reach_count, 2);
	assert_string_equal(reading.reaches[0].pattern, "accounts-complete");
	assert_null(reading.reaches[0].why);
	assert_string_equal(reading.reaches[1].pattern, "account/.\\a/logon");
	assert_non_null(reading.reaches[1].why);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_computer_needs_only_a_name),
		cmocka_unit_test(a_domain_of_null_is_a_workgroup),
		cmocka_unit_test(accounts_are_canonical_for_the_computer),
		cmocka_unit_test(of_a_missing_account_all_is_known),
		cmocka_unit_test(a_logon_that_was_not_tried_is_unknown_with_its_reason),
		cmocka_unit_test(every_state_of_a_password_is_taken),
		cmocka_unit_test(mistakes_are_named_by_their_place),
		cmocka_unit_test(places_of_credentials_are_canonical),
		cmocka_unit_test(only_web_locations_have_a_logon_method),
		cmocka_unit_test(no_value_is_quoted),
		cmocka_unit_test(a_cut_file_is_damaged_wherever_it_is_cut),
		cmocka_unit_test(it_is_told_from_other_json),
		cmocka_unit_test(the_probe_states_nothing_that_is_not_claimed),
	};
	json_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
