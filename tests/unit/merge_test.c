/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two artefacts that may state one path: MetaBase.xml and identity.json, the anonymous user.
 *
 *	one	 the other	the path is
 *	whole	 whole		known where they agree, else unknown with both named
 *	whole	 lacking	known: nobody contradicts
 *	whole	 damaged	unknown with the damage: it might contradict
 *	whole	 partial	known where both state it and agree, or the partial one does not
 *	lacking	 lacking	unknown with the reason
 *	damaged	 any		unknown with the damage
 *	partial	 lacking	what it states is known, all else unknown
 */
#include "tests/test.h"

#include "collectors/merge.h"
#include "collectors/metabase.h"
#include "collectors/registry.h"
#include "inventory/vocabulary.h"

#include <string.h>

#define APPS "HKEY_LOCAL_MACHINE\\SOFTWARE\\Classes\\AppID\\"
#define OLE "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Ole"
#define APP1 "{11111111-1111-1111-1111-111111111111}"
#define APP2 "{22222222-2222-2222-2222-222222222222}"
#define USER "iis/location/%2F/anonymous/user"

extern const struct format format_identity;

enum state {
	ABSENT, /* nobody asked for it, or brought it */
	LACKING,
	DAMAGED,
	CUT, /* comes, and cannot be decoded */
	PARTIAL,
	WHOLE,
};

struct world {
	struct arena *arena;
	struct artefact items[8];
	struct artefacts artefacts;
	struct cluster cluster;
	struct node node;
	struct snapshot *snapshot;
};

static int setup(void **state)
{
	struct arena *arena = arena_new();
	struct world *world = arena_alloc(arena, sizeof *world);
	world->arena = arena;
	world->artefacts = (struct artefacts){.items = world->items};
	strings_add(arena, &world->cluster.locations, "/");
	strings_add(arena, &world->cluster.applications, APP1);
	strings_add(arena, &world->cluster.applications, APP2);
	world->node = (struct node){.name = "CONF1"};
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;
	snapshot_free(world->snapshot);
	arena_free(world->arena);
	return 0;
}

static struct artefact *add(struct world *world, const char *name, const struct format *format,
	enum state how, const char *content)
{
	static struct artefact unused;
	struct artefact *artefact = &unused;
	size_t length = how == CUT ? strlen(content) - 12 : strlen(content);
	if (how == ABSENT)
		return artefact;
	artefact = &world->items[world->artefacts.count++];
	*artefact = (struct artefact){
		.name = name,
		.format = format,
		.content = {(const unsigned char *)content, length},
		.probe = arena_text_n(world->arena, name, strcspn(name, " ")),
	};
	if (how == LACKING || how == DAMAGED) {
		artefact->damage = how == LACKING ? "ended with code 5" : "is garbage";
		artefact->not_obtained = how == LACKING;
		artefact->content = (struct bytes){0};
	}
	artefact->partial = how == PARTIAL ? "said something" : NULL;
	return artefact;
}

static void add_metabase(struct world *world, enum state how, const char *user)
{
	add(world, "metabase 1", &format_metabase, how,
		arena_format(world->arena,
			"<?xml version =\"1.0\"?>\n"
			"<configuration xmlns=\"urn:microsoft-catalog:XML_Metabase_V64_0\">\n"
			"<MBProperty>\n<IIsWebService\tLocation =\"/LM/W3SVC\"\n%s%s%s>\n"
			"</IIsWebService>\n</MBProperty>\n</configuration>\n",
			user ? "\tAnonymousUserName=\"" : "", user ? user : "", user ? "\"" : ""));
}

static void add_identity(struct world *world, enum state how, const char *user)
{
	add(world, "identity 1", &format_identity, how,
		arena_format(world->arena,
			"{\"version\": 1, \"node\": \"CONF1\", \"accounts-complete\": true, "
			"\"accounts\": {\".\\\\one\": {\"exists\": true}, "
			"\".\\\\gone\": {\"exists\": false}}, "
			"\"computer\": {\"name\": \"CONF1\"}, \"credentials\": "
			"{\"iis/location/%%2F/anonymous\": {%s%s%s}}}",
			user ? "\"user\": \"" : "", user ? user : "", user ? "\"" : ""));
}

static struct artefact *add_app(
	struct world *world, const char *name, enum state how, const char *app)
{
	struct artefact *artefact = add(world, name, &format_registry, how,
		arena_format(world->arena, "\r\n" APPS "%s\r\n    RunAs    REG_SZ    x\r\n", app));
	const char **asked = arena_alloc(world->arena, 2 * sizeof *asked);
	asked[0] = arena_format(world->arena, APPS "%s", app);
	artefact->asked = asked;
	return artefact;
}

static struct answer ask(struct world *world, const char *path)
{
	if (!world->snapshot)
		world->snapshot =
			merge_artefacts(&world->cluster, &world->node, "test", &world->artefacts);
	return snapshot_ask(world->snapshot, path);
}

static void assert_known(struct world *world, const char *path, const char *value)
{
	struct answer answer = ask(world, path);
	if (answer.knowledge != KNOWLEDGE_PRESENT)
		fail_msg("%s is %s: %s", path, knowledge_name(answer.knowledge),
			answer.why ? answer.why : "");
	assert_string_equal(answer.value, value);
}

static void assert_unknown(struct world *world, const char *path, const char *why)
{
	struct answer answer = ask(world, path);
	if (answer.knowledge != KNOWLEDGE_UNKNOWN)
		fail_msg("%s is %s", path, knowledge_name(answer.knowledge));
	if (!strstr(answer.why, why))
		fail_msg("%s: \"%s\" without \"%s\"", path, answer.why, why);
}

static void restart(struct world *world)
{
	snapshot_free(world->snapshot);
	world->snapshot = NULL;
	world->artefacts.count = 0;
}

/* --- two artefacts ---------------------------------------------------------------------------- */

#define IDENTITY "identity 1: "
#define METABASE "metabase 1: "
#define NOBODY "no artefact of this node says it"

struct combination {
	enum state metabase, identity;
	const char *why; /* NULL: known */
};

/* Where both state it they say the same. */
static void one_of_two_may_fail_to_come_and_not_to_be_read(void **state)
{
	struct world *world = *state;
	static const struct combination combinations[] = {
		{WHOLE, WHOLE, NULL},
		{WHOLE, ABSENT, NULL},
		{WHOLE, LACKING, NULL},
		{WHOLE, DAMAGED, IDENTITY "is garbage"},
		{WHOLE, CUT, IDENTITY "line 1"},
		{WHOLE, PARTIAL, NULL},
		{ABSENT, WHOLE, NULL},
		{ABSENT, ABSENT, NOBODY},
		{ABSENT, LACKING, IDENTITY "ended with code 5"},
		{ABSENT, DAMAGED, IDENTITY "is garbage"},
		{ABSENT, PARTIAL, NULL},
		{LACKING, WHOLE, NULL},
		{LACKING, ABSENT, METABASE "ended with code 5"},
		{LACKING, LACKING, " 1: ended with code 5"},
		{LACKING, DAMAGED, " 1: "},
		{LACKING, PARTIAL, NULL},
		{DAMAGED, WHOLE, METABASE "is garbage"},
		{DAMAGED, ABSENT, METABASE "is garbage"},
		{DAMAGED, LACKING, " 1: "},
		{DAMAGED, DAMAGED, " 1: is garbage"},
		{DAMAGED, PARTIAL, " 1: "},
		{CUT, WHOLE, METABASE "line "},
		{CUT, LACKING, " 1: "},
		{PARTIAL, WHOLE, NULL},
		{PARTIAL, ABSENT, NULL},
		{PARTIAL, LACKING, NULL},
		{PARTIAL, DAMAGED, " 1: "},
		{PARTIAL, PARTIAL, NULL},
	};
	for (size_t i = 0; i < sizeof combinations / sizeof *combinations; i++) {
		const struct combination *both = &combinations[i];
		restart(world);
		add_metabase(world, both->metabase, "IUSR_CONF1");
		add_identity(world, both->identity, "IUSR_CONF1");
		if (both->why)
			assert_unknown(world, USER, both->why);
		else
			assert_known(world, USER, "IUSR_CONF1");
	}
}

static void two_that_state_it_differently_make_it_unknown(void **state)
{
	struct world *world = *state;
	static const enum state good[] = {WHOLE, PARTIAL};
	for (size_t i = 0; i < 4; i++) {
		restart(world);
		add_metabase(world, good[i / 2], "IUSR_CONF1");
		add_identity(world, good[i % 2], "IUSR_CONF2");
		assert_unknown(world, USER, "identity 1 and metabase 1");
	}
}

/* Only what was read whole contradicts by saying nothing. */
static void saying_nothing_counts_only_where_all_was_read(void **state)
{
	struct world *world = *state;
	add_metabase(world, WHOLE, NULL);
	add_identity(world, WHOLE, "IUSR_CONF1");
	assert_unknown(world, USER, "read whole, does not have it");
	restart(world);
	add_metabase(world, PARTIAL, NULL);
	add_identity(world, WHOLE, "IUSR_CONF1");
	assert_known(world, USER, "IUSR_CONF1");
}

/* --- partial ---------------------------------------------------------------------------------- */

static void what_a_partial_artefact_does_not_state_is_unknown_with_its_reason(void **state)
{
	struct world *world = *state;
	static const char *const asked[] = {OLE, NULL};
	struct artefact *artefact = add(world, "dcom_machine 1", &format_registry, PARTIAL,
		"\r\n" OLE "\r\n    EnableDCOM    REG_SZ    Y\r\n");
	artefact->asked = asked;
	assert_known(world, FACT_DCOM_ENABLED, "Y");
	assert_unknown(world, FACT_DCOM_HARDENING_SERVER, "dcom_machine 1: said something");
	assert_unknown(world, "dcom/machine/launch-default/form", "dcom_machine 1: said");
	restart(world);
	artefact = add(world, "dcom_machine 1", &format_registry, WHOLE,
		"\r\n" OLE "\r\n    EnableDCOM    REG_SZ    Y\r\n");
	artefact->asked = asked;
	assert_int_equal(ask(world, FACT_DCOM_HARDENING_SERVER).knowledge, KNOWLEDGE_ABSENT);
	assert_known(world, "dcom/machine/launch-default/form", "default");
}

static void a_remark_behind_an_answer_makes_it_partial(void **state)
{
	struct world *world = *state;
	static const char *const asked[] = {OLE, NULL};
	struct artefact *artefact = add(world, "dcom_machine 1", &format_registry, WHOLE,
		"\r\n" OLE "\r\n    EnableDCOM    REG_SZ    Y\r\n\r\nERROR: Access is denied.\r\n");
	artefact->asked = asked;
	assert_known(world, FACT_DCOM_ENABLED, "Y");
	assert_unknown(world, FACT_DCOM_HARDENING_SERVER, "line 5: behind the answer");
}

static void nothing_is_derived_from_what_a_partial_answer_lacks(void **state)
{
	struct world *world = *state;
	static const char *const asked[] = {
		"HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\*", NULL};
	struct artefact *artefact = add(world, "os_version 1", &format_registry, PARTIAL,
		"\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\r\n"
		"    CurrentVersion    REG_SZ    6.3\r\n"
		"    CurrentBuildNumber    REG_SZ    20348\r\n");
	artefact->asked = asked;
	assert_unknown(world, FACT_OS_VERSION, "os_version 1: said something");
	assert_unknown(world, FACT_OS_SERVICE_PACK, "os_version 1: said something");
	restart(world);
	add(world, "computer_name 1", &format_registry, PARTIAL,
		"\r\nHKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\ComputerName\\"
		"ComputerName\r\n    ComputerName    REG_SZ    CONF1\r\n");
	assert_unknown(world, FACT_NODE_NAME, "computer_name 1: said something");
	restart(world);
	add_metabase(world, PARTIAL, "IUSR_CONF1");
	assert_unknown(world, "iis/location/%2F/anonymous/enabled", "metabase 1: said something");
	restart(world);
	add_metabase(world, WHOLE, "IUSR_CONF1");
	assert_known(world, "iis/location/%2F/anonymous/enabled", "true");
}

static void a_partial_account_list_is_not_complete(void **state)
{
	struct world *world = *state;
	add_identity(world, WHOLE, "IUSR_CONF1");
	assert_known(world, FACT_ACCOUNTS_COMPLETE, "true");
	assert_int_equal(ask(world, "account/.\\gone/sid").knowledge, KNOWLEDGE_ABSENT);
	restart(world);
	add_identity(world, PARTIAL, "IUSR_CONF1");
	assert_unknown(world, FACT_ACCOUNTS_COMPLETE, "identity 1: said something");
	assert_unknown(world, "account/.\\two/exists", "identity 1: said something");
	assert_unknown(world, "account/.\\gone/sid", "identity 1: said something");
	assert_known(world, "account/.\\one/exists", "true");
}

/* --- one of several --------------------------------------------------------------------------- */

static void only_the_application_whose_request_failed_is_unknown(void **state)
{
	struct world *world = *state;
	static const enum state bad[] = {LACKING, DAMAGED, CUT};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		restart(world);
		add_app(world, "dcom_app 1", WHOLE, APP1);
		add_app(world, "dcom_app 2", bad[i], APP2);
		assert_known(world, "dcom/app/" APP1 "/identity", "x");
		assert_int_equal(
			ask(world, "dcom/app/" APP1 "/service").knowledge, KNOWLEDGE_ABSENT);
		assert_unknown(world, "dcom/app/" APP2 "/identity", "dcom_app 2: ");
		assert_unknown(world, "dcom/app/" APP2 "/exists", "dcom_app 2: ");
	}
	restart(world);
	add_app(world, "dcom_app 1", WHOLE, APP1);
	add_app(world, "dcom_app 2", PARTIAL, APP2);
	assert_int_equal(ask(world, "dcom/app/" APP1 "/service").knowledge, KNOWLEDGE_ABSENT);
	assert_known(world, "dcom/app/" APP2 "/identity", "x");
	assert_unknown(world, "dcom/app/" APP2 "/service", "dcom_app 2: said something");
}

static void a_failed_request_for_nobody_knows_what_concerns_all_applications(void **state)
{
	struct world *world = *state;
	add_app(world, "dcom_app 1", WHOLE, APP1);
	add_app(world, "dcom_app 2", LACKING, APP2)->asked = NULL;
	assert_unknown(world, "dcom/app/" APP1 "/identity", "dcom_app 2: ended with code 5");
	restart(world);
	add_app(world, "dcom_app 1", WHOLE, APP1);
	static const char *const both[] = {APPS APP1, APPS APP2, NULL};
	add_app(world, "dcom_app 2", LACKING, APP2)->asked = both;
	assert_unknown(world, "dcom/app/" APP1 "/identity", "dcom_app 2: ended with code 5");
}

/* --- of another generation -------------------------------------------------------------------- */

#define SETUP "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\InetStp"

static void add_setup(struct world *world, unsigned major)
{
	static const char *const asked[] = {SETUP, NULL};
	add(world, "iis_version 1", &format_registry, WHOLE,
		arena_format(world->arena,
			"\r\n" SETUP "\r\n    MajorVersion    REG_DWORD    0x%x\r\n"
			"    MinorVersion    REG_DWORD    0x0\r\n",
			major))
		->asked = asked;
}

static void a_metabase_means_something_on_iis_6_alone(void **state)
{
	struct world *world = *state;
	static const unsigned others[] = {5, 7, 10};
	for (size_t i = 0; i < 3; i++) {
		restart(world);
		add_metabase(world, WHOLE, "IUSR_CONF1");
		add_setup(world, others[i]);
		assert_unknown(world, USER, "metabase 1: MetaBase.xml is of IIS 6, and this node");
		assert_unknown(world, "iis/location/%2F/anonymous/enabled", "metabase 1: ");
		assert_unknown(world, "iis/pool/x/identity", "metabase 1: ");
		restart(world);
		add_metabase(world, WHOLE, "IUSR_CONF1");
		add_setup(world, others[i]);
		add_identity(world, WHOLE, "IUSR_CONF2");
		assert_known(world, USER, "IUSR_CONF2");
	}
	restart(world);
	add_metabase(world, WHOLE, "IUSR_CONF1");
	add_setup(world, 6);
	assert_known(world, USER, "IUSR_CONF1");
	assert_known(world, "iis/location/%2F/anonymous/enabled", "true");
}

static void what_another_iis_keeps_elsewhere_is_missed_there(void **state)
{
	struct world *world = *state;
	add_setup(world, 7);
	assert_unknown(world, USER, "MetaBase.xml is of IIS 6, and this node has IIS 7.0");
	assert_unknown(world, "iis/location/%2F/anonymous/enabled", "identity.json says them");
	restart(world);
	add_setup(world, 6);
	assert_unknown(world, USER, "obtain anonymous access, application pools");
}

/* --- texts that nobody could decode ----------------------------------------------------------- */

#define SYSTEM "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"

static void add_texts(struct world *world, const char *text)
{
	static const char *const asked[] = {SYSTEM "\\*", NULL};
	add_app(world, "dcom_app 1", WHOLE, APP1)->content =
		(struct bytes){(const unsigned char *)arena_format(world->arena,
				       "\r\n" APPS APP1 "\r\n    RunAs    REG_SZ    x%s\r\n"
				       "    LocalService    REG_SZ    y\r\n",
				       text),
			0};
	struct bytes *content = &world->items[0].content;
	content->length = strlen((const char *)content->data);
	add(world, "os_version 1", &format_registry, WHOLE,
		arena_format(world->arena,
			"\r\n" SYSTEM "\r\n    CSDVersion    REG_SZ    %s 2\r\n"
			"    CurrentVersion    REG_SZ    5.2\r\n"
			"    CurrentBuildNumber    REG_SZ    3790\r\n",
			text))
		->asked = asked;
	add(world, "computer_name 1", &format_registry, WHOLE,
		arena_format(world->arena,
			"\r\nHKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\ComputerName\\"
			"ActiveComputerName\r\n    ComputerName    REG_SZ    CONF%s\r\n",
			text));
}

/* U+FFFD stands for a byte in a page that is not known; reg prints "?" for what its page lacks. */
static void what_could_not_be_decoded_or_printed_is_unknown(void **state)
{
	struct world *world = *state;
	static const char *const texts[] = {"\ufffd", "?"};
	for (size_t i = 0; i < 2; i++) {
		restart(world);
		add_texts(world, texts[i]);
		assert_unknown(world, "dcom/app/" APP1 "/identity", "code page");
		assert_known(world, "dcom/app/" APP1 "/service", "y");
		assert_unknown(world, FACT_OS_SERVICE_PACK, "code page");
		assert_known(world, FACT_OS_VERSION, "5.2.3790");
		assert_unknown(world, FACT_NODE_NAME, "code page");
	}
	restart(world);
	add_texts(world, "\u00f6");
	assert_known(world, "dcom/app/" APP1 "/identity", "x\u00f6");
	assert_known(world, FACT_OS_SERVICE_PACK, "2");
	assert_known(world, FACT_NODE_NAME, "CONF\u00f6");
}

/* An export is Unicode: there a question mark is one. */
static void a_question_mark_of_an_export_is_one(void **state)
{
	struct world *world = *state;
	add(world, "appid.reg", &format_registry, WHOLE,
		"Windows Registry Editor Version 5.00\r\n\r\n[" APPS APP1
		"]\r\n\"RunAs\"=\"x?\"\r\n\r\n")
		->probe = NULL;
	assert_known(world, "dcom/app/" APP1 "/identity", "x?");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_of_two_may_fail_to_come_and_not_to_be_read),
		TEST(two_that_state_it_differently_make_it_unknown),
		TEST(saying_nothing_counts_only_where_all_was_read),
		TEST(what_a_partial_artefact_does_not_state_is_unknown_with_its_reason),
		TEST(a_remark_behind_an_answer_makes_it_partial),
		TEST(nothing_is_derived_from_what_a_partial_answer_lacks),
		TEST(a_partial_account_list_is_not_complete),
		TEST(only_the_application_whose_request_failed_is_unknown),
		TEST(a_failed_request_for_nobody_knows_what_concerns_all_applications),
		TEST(a_metabase_means_something_on_iis_6_alone),
		TEST(what_another_iis_keeps_elsewhere_is_missed_there),
		TEST(what_could_not_be_decoded_or_printed_is_unknown),
		TEST(a_question_mark_of_an_export_is_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
