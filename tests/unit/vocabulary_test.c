/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/test.h"

#include "inventory/vocabulary.h"

#include <string.h>

struct pair {
	const char *given;
	const char *expected; /* NULL: refused */
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void same(const char *given, const char *actual, const char *expected)
{
	if (!actual != !expected || (actual && strcmp(actual, expected) != 0))
		fail_msg("%s: %s, expected %s", given, actual ? actual : "NULL",
			expected ? expected : "NULL");
}

static void a_location_has_one_form(void **state)
{
	(void)state;
	static const struct pair pairs[] = {
		{"1/ROOT/conferencing", "1/root/conferencing"},
		{"/LM/W3SVC/1/ROOT/conferencing", "1/root/conferencing"},
		{"lm/w3svc/1/Root//conferencing/", "1/root/conferencing"},
		{"W3SVC/1", "1"},
		{"Default Web Site/conferencing", "default web site/conferencing"},
		{"/LM/W3SVC", "/"},
		{"W3SVC/", "/"},
		{"//", "/"},
		{"", "/"},
		{"/LM/MSFTPSVC/1", NULL},
		{"/LM", NULL},
		{"/LM/W3SVCX/1", NULL},
		{"lmx/a", "lmx/a"},
		{"1/root/lm/w3svc", "1/root/lm/w3svc"},
		{"B\xc3\x9cRO", "b\xc3\xbcro"},
	};
	auto_arena struct arena *arena = arena_new();
	for (size_t i = 0; i < COUNT(pairs); i++)
		same(pairs[i].given, location_canonical(arena, pairs[i].given), pairs[i].expected);
}

static void the_location_above_ends_at_the_service(void **state)
{
	(void)state;
	static const struct pair pairs[] = {
		{"1/root/a", "1/root"},
		{"1/root", "1"},
		{"1", "/"},
		{"/", NULL},
	};
	auto_arena struct arena *arena = arena_new();
	for (size_t i = 0; i < COUNT(pairs); i++)
		same(pairs[i].given, location_parent(arena, pairs[i].given), pairs[i].expected);
}

static void a_guid_has_one_form(void **state)
{
	(void)state;
	static const char guid[] = "{0C0A3666-30C9-11D0-8F20-00805F2CD064}";
	static const struct pair pairs[] = {
		{guid, guid},
		{"0c0a3666-30c9-11d0-8f20-00805f2cd064", guid},
		{"{0c0a3666-30c9-11d0-8f20-00805f2cd064}", guid},
		{"{0c0a3666-30c9-11d0-8f20-00805f2cd064", NULL},
		{"0c0a3666-30c9-11d0-8f20-00805f2cd064}", NULL},
		{"{0c0a3666x30c9-11d0-8f20-00805f2cd064}", NULL},
		{"{0c0a3666-30c9-11d0-8f20-00805f2cd06g}", NULL},
		{"{", NULL},
		{"", NULL},
	};
	auto_arena struct arena *arena = arena_new();
	for (size_t i = 0; i < COUNT(pairs); i++)
		same(pairs[i].given, guid_canonical(arena, pairs[i].given), pairs[i].expected);
}

static void an_account_has_one_form(void **state)
{
	(void)state;
	static const struct pair pairs[] = {
		{"IUSR_CONF1", ".\\iusr_conf1"},
		{".\\IUSR_CONF1", ".\\iusr_conf1"},
		{"conf1\\IUSR_CONF1", ".\\iusr_conf1"},
		{"CONF2\\IUSR", "CONF2\\iusr"},
		{"Corp\\Web.User", "CORP\\web.user"},
		{"B\xc3\xbcro\\J\xc3\x9cRGEN", "B\xc3\xbcRO\\j\xc3\xbcrgen"},
		{"Web@Example.Test", "web@example.test"},
		{"", ""},
	};
	auto_arena struct arena *arena = arena_new();
	for (size_t i = 0; i < COUNT(pairs); i++)
		same(pairs[i].given, account_canonical(arena, pairs[i].given, "CONF1"),
			pairs[i].expected);
	same("no computer", account_canonical(arena, "CONF1\\a", NULL), "CONF1\\a");
}

static void a_well_known_principal_goes_by_its_name(void **state)
{
	(void)state;
	static const struct pair pairs[] = {
		{"S-1-1-0", "Everyone"},
		{"s-1-5-32-544", "Administrators"},
		{"everyone", "Everyone"},
		{"\\Everyone", "Everyone"},
		{"NT AUTHORITY\\SYSTEM", "SYSTEM"},
		{"LocalSystem", "SYSTEM"},
		{"NT Authority\\NetworkService", "NETWORK SERVICE"},
		{"BUILTIN\\guests", "Guests"},
		{"CONF1\\Users", "Users"},
		{"nt authority\\iusr", "IUSR"},
		{"S-1-5-17", "IUSR"},
		{"NT SERVICE\\W3SVC", "NT SERVICE\\w3svc"},
		{"IIS AppPool\\DefaultAppPool", "IIS APPPOOL\\defaultapppool"},
		{"Mandatory Label\\High Mandatory Level", "High Mandatory Level"},
		{"s-1-5-21-1-2-3-500", "S-1-5-21-1-2-3-500"},
		{"orphan:S-1-5-21-1-2-3-500", "orphan:S-1-5-21-1-2-3-500"},
		{"unresolved:S-1-5-21-1-2-3-500", "unresolved:S-1-5-21-1-2-3-500"},
		{ROLE_ANONYMOUS, ROLE_ANONYMOUS},
	};
	auto_arena struct arena *arena = arena_new();
	for (size_t i = 0; i < COUNT(pairs); i++)
		same(pairs[i].given, account_canonical(arena, pairs[i].given, "CONF1"),
			pairs[i].expected);
}

static void a_bare_iusr_is_an_account_of_the_computer(void **state)
{
	(void)state;
	static const struct pair pairs[] = {
		{"IUSR", ".\\iusr"},
		{".\\IUSR", ".\\iusr"},
		{"CONF1\\IUSR", ".\\iusr"},
		{"Guest", ".\\guest"},
		{"Anonymous", ".\\anonymous"},
		{".\\service", ".\\service"},
		{"S-1-", ".\\s-1-"},
		{"S-1-5-x", ".\\s-1-5-x"},
		{"orphan:x", ".\\orphan:x"},
	};
	auto_arena struct arena *arena = arena_new();
	for (size_t i = 0; i < COUNT(pairs); i++)
		same(pairs[i].given, account_canonical(arena, pairs[i].given, "CONF1"),
			pairs[i].expected);
}

static void names_and_sids_lead_to_each_other(void **state)
{
	(void)state;
	static const char *const sids[] = {"S-1-1-0", "S-1-5-2", "S-1-5-3", "S-1-5-4", "S-1-5-6",
		"S-1-5-7", "S-1-5-10", "S-1-5-11", "S-1-5-15", "S-1-5-17", "S-1-5-18", "S-1-5-19",
		"S-1-5-20", "S-1-5-113", "S-1-5-114", "S-1-5-32-544", "S-1-5-32-545",
		"S-1-5-32-546", "S-1-5-32-547", "S-1-5-32-551", "S-1-5-32-555", "S-1-5-32-558",
		"S-1-5-32-559", "S-1-5-32-562", "S-1-5-32-568", "S-1-15-2-1", "S-1-16-12288"};
	for (size_t i = 0; i < COUNT(sids); i++)
		assert_string_equal(well_known_sid(well_known_name(sids[i])), sids[i]);
	assert_string_equal(well_known_sid("localservice"), "S-1-5-19");
	assert_string_equal(well_known_sid("Anonymous"), "S-1-5-7");
	assert_null(well_known_sid("Every"));
	assert_null(well_known_sid("Everyone2"));
	assert_null(well_known_name("S-1-5-180"));
	assert_null(well_known_name(""));
}

static void local_and_domain_accounts_are_told_apart(void **state)
{
	(void)state;
	assert_true(account_is_local(".\\iusr"));
	assert_false(account_is_local("CORP\\web"));
	assert_true(account_is_domain("CORP\\web"));
	assert_true(account_is_domain("web@example.test"));
	assert_false(account_is_domain(".\\iusr"));
	assert_false(account_is_domain("Everyone"));
	assert_false(account_is_domain("NT SERVICE\\w3svc"));
	assert_false(account_is_domain("orphan:S-1-5-21-1"));
	assert_false(account_is_domain(ROLE_WAM));
}

static void only_a_whole_fingerprint_is_one(void **state)
{
	(void)state;
#define HEX16 "0123456789abcdef"
#define HEX64 HEX16 HEX16 HEX16 HEX16
	assert_true(password_is_fingerprint("hmac-sha256:" HEX16 ":" HEX64));
	assert_false(password_is_fingerprint("hmac-sha256:" HEX16 ":" HEX64 "0"));
	assert_false(password_is_fingerprint("hmac-sha256:" HEX16 ":" HEX16));
	assert_false(password_is_fingerprint("hmac-sha256:" HEX16 "0" HEX64));
	assert_false(password_is_fingerprint("HMAC-SHA256:" HEX16 ":" HEX64));
	assert_false(password_is_fingerprint("hmac-sha256:0123456789ABCDEF:" HEX64));
	assert_false(password_is_fingerprint("hmac-sha256:"));
	assert_false(password_is_fingerprint(PASSWORD_EMPTY));
}

static void a_right_is_held_as_a_whole_word(void **state)
{
	(void)state;
	assert_true(rights_hold("local-launch remote-launch", RIGHT_REMOTE_LAUNCH));
	assert_true(rights_hold("local-launch", RIGHT_LOCAL_LAUNCH));
	assert_false(rights_hold("local-launches", RIGHT_LOCAL_LAUNCH));
	assert_false(rights_hold("local", RIGHT_LOCAL_LAUNCH));
	assert_false(rights_hold("", RIGHT_LOCAL_LAUNCH));
}

static void versions_compare_by_their_numbers(void **state)
{
	(void)state;
	int result = 0;
	assert_int_equal(version_compare("5.2.3790", 5, 2, &result), 0);
	assert_int_equal(result, 0);
	assert_int_equal(version_compare("10.0", 6, 1, &result), 0);
	assert_true(result > 0);
	assert_int_equal(version_compare("5.1", 5, 2, &result), 0);
	assert_true(result < 0);
	assert_int_equal(version_compare("6", 6, 0, &result), -1);
	assert_int_equal(version_compare("6.", 6, 0, &result), -1);
	assert_int_equal(version_compare("6.0 SP1", 6, 0, &result), -1);
	assert_int_equal(version_compare("", 6, 0, &result), -1);
	assert_int_equal(version_compare("99999999999.0", 6, 0, &result), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_location_has_one_form),
		cmocka_unit_test(the_location_above_ends_at_the_service),
		cmocka_unit_test(a_guid_has_one_form),
		cmocka_unit_test(an_account_has_one_form),
		cmocka_unit_test(a_well_known_principal_goes_by_its_name),
		cmocka_unit_test(a_bare_iusr_is_an_account_of_the_computer),
		cmocka_unit_test(names_and_sids_lead_to_each_other),
		cmocka_unit_test(local_and_domain_accounts_are_told_apart),
		cmocka_unit_test(only_a_whole_fingerprint_is_one),
		cmocka_unit_test(a_right_is_held_as_a_whole_word),
		cmocka_unit_test(versions_compare_by_their_numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
