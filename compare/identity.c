/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/identity.h"

#include "base/pattern.h"
#include "base/text.h"
#include "inventory/vocabulary.h"

#include <string.h>

#define SID_IUSR "S-1-5-17"

static struct answer note(struct judgement *judgement, const struct side *side, const char *path)
{
	struct answer answer = side_answer(side, path);
	judgement_note(judgement, side, path, answer);
	return answer;
}

static const char *why_not(struct answer answer, const char *absent)
{
	return answer.knowledge == KNOWLEDGE_UNKNOWN ? answer.why : absent;
}

/* --- who a configured name is ------------------------------------------------------------------
 */

enum truth identity_iis_from(
	struct judgement *judgement, const struct side *side, unsigned major, unsigned minor)
{
	struct answer version = note(judgement, side, FACT_IIS_VERSION);
	int order;
	if (version.knowledge != KNOWLEDGE_PRESENT ||
		version_compare(version.value, major, minor, &order) != 0)
		return TRUTH_UNKNOWN;
	return order >= 0 ? TRUTH_YES : TRUTH_NO;
}

static struct identity unknown_identity(const char *written, const char *why)
{
	return (struct identity){.kind = IDENTITY_UNKNOWN, .written = written, .why = why};
}

/* The bare name: built in from IIS 7 on, an account of the node's own before. */
static struct identity identity_of_iusr(
	struct judgement *judgement, const struct side *side, const char *written)
{
	struct identity identity = {.written = written, .name = written};
	struct answer version;
	switch (identity_iis_from(judgement, side, 7, 0)) {
	case TRUTH_YES:
		identity.kind = IDENTITY_BUILT_IN;
		identity.account = well_known_name(SID_IUSR);
		return identity;
	case TRUTH_NO:
		identity.kind = IDENTITY_LOCAL;
		identity.account = account_canonical(judgement->arena, ".\\IUSR", NULL);
		return identity;
	default:
		version = side_answer(side, FACT_IIS_VERSION);
		return unknown_identity(written,
			arena_format(judgement->arena,
				"whether IUSR is the built-in one depends on the version of IIS, "
				"which is not known (%s)",
				why_not(version, "no artefact states it")));
	}
}

/* Nodes are known by the names of the inventory: node_reached sees to it that they are right. */
static bool is_of_peer(
	const struct judgement *judgement, const struct side *side, const char *account)
{
	size_t length = strcspn(account, "\\");
	for (size_t i = 0; account[length] && i < judgement->cluster->node_count; i++) {
		const struct node *node = &judgement->cluster->nodes[i];
		char *domain = arena_text_n(judgement->arena, account, length);
		if (!text_same(node->name, side->node->name) && text_same(node->name, domain))
			return true;
	}
	return false;
}

static enum identity_kind kind_of(
	const struct judgement *judgement, const struct side *side, const char *account)
{
	if (account_is_local(account))
		return IDENTITY_LOCAL;
	if (account_is_domain(account))
		return is_of_peer(judgement, side, account) ? IDENTITY_PEER : IDENTITY_DOMAIN;
	if (well_known_sid(account) || strchr(account, '\\'))
		return IDENTITY_BUILT_IN;
	return IDENTITY_UNKNOWN;
}

/* Without "DOMAIN\\", ".\\" or "@domain". */
static const char *bare_name(struct judgement *judgement, const char *written)
{
	const char *slash = strrchr(written, '\\');
	if (slash)
		return slash + 1;
	return arena_text_n(judgement->arena, written, strcspn(written, "@"));
}

struct identity identity_of(
	struct judgement *judgement, const struct side *side, struct answer user)
{
	if (user.knowledge == KNOWLEDGE_UNKNOWN)
		return unknown_identity(NULL, user.why);
	if (user.knowledge == KNOWLEDGE_ABSENT || !*user.value)
		return (struct identity){.kind = IDENTITY_NONE, .written = ""};
	if (text_same(user.value, "IUSR"))
		return identity_of_iusr(judgement, side, user.value);
	struct identity identity = {
		.written = user.value, .name = bare_name(judgement, user.value)};
	identity.account = account_canonical(judgement->arena, user.value, side->node->name);
	identity.kind = kind_of(judgement, side, identity.account);
	if (identity.kind == IDENTITY_LOCAL)
		identity.written = identity.name;
	if (identity.kind == IDENTITY_UNKNOWN) {
		identity.account = NULL;
		identity.why = "what is configured is not the name of an account";
	}
	return identity;
}

struct identity identity_anonymous(
	struct judgement *judgement, struct side *side, const char *location)
{
	const char *path = pattern_fill(judgement->arena, FACT_ANONYMOUS_USER, location, NULL);
	return identity_of(judgement, side, note(judgement, side, path));
}

bool identity_known(struct judgement *judgement, const struct side *side, struct identity identity)
{
	if (identity.kind == IDENTITY_UNKNOWN)
		judgement_say(judgement, VERDICT_UNKNOWN,
			"%s: whom %s presents as the anonymous user is not known: %s.",
			side->node->name, judgement->subject, identity.why);
	else if (identity.kind == IDENTITY_NONE)
		judgement_say(judgement, VERDICT_UNKNOWN,
			"%s: no anonymous user is configured for %s.", side->node->name,
			judgement->subject);
	return identity.kind != IDENTITY_UNKNOWN && identity.kind != IDENTITY_NONE;
}

/* --- does it exist -----------------------------------------------------------------------------
 */

/* Whether somebody looked for this very account and could not tell: then a list that is called
 * complete does not decide. */
static bool was_sought(const struct snapshot *snapshot, const char *exists, const char *prefix)
{
	for (size_t i = 0; i < snapshot->coverage_count; i++) {
		const struct coverage *entry = &snapshot->coverage[i];
		if (pattern_matches(entry->pattern, exists) ||
			pattern_covers(prefix, entry->pattern))
			return true;
	}
	return snapshot_under(snapshot, prefix).count > 0;
}

static bool is_not_listed(
	struct judgement *judgement, const struct side *side, const char *account, const char *path)
{
	const char *prefix = pattern_fill(judgement->arena, "account/{account}/", account, NULL);
	if (!side->snapshot || was_sought(side->snapshot, path, prefix))
		return false;
	struct answer complete = note(judgement, side, FACT_ACCOUNTS_COMPLETE);
	return answer_is(complete, "true") == TRUTH_YES;
}

struct answer identity_account_exists(
	struct judgement *judgement, struct side *side, const char *account)
{
	const char *path = pattern_fill(judgement->arena, FACT_ACCOUNT_EXISTS, account, NULL);
	struct answer exists = side_answer(side, path);
	if (exists.knowledge == KNOWLEDGE_UNKNOWN && is_not_listed(judgement, side, account, path))
		exists = (struct answer){.knowledge = KNOWLEDGE_ABSENT};
	judgement_note(judgement, side, path, exists);
	return exists;
}

/* --- sameness ----------------------------------------------------------------------------------
 */

static bool is_unresolved(const char *trustee)
{
	return strncmp(trustee, TRUSTEE_UNRESOLVED, strlen(TRUSTEE_UNRESOLVED)) == 0;
}

static bool is_orphan(const char *trustee)
{
	return strncmp(trustee, TRUSTEE_ORPHAN, strlen(TRUSTEE_ORPHAN)) == 0;
}

/* Which way a trustee that may be of a domain is written, 0: it is of none. */
static char spelling(const char *trustee)
{
	if (text_starts(trustee, "S-1-"))
		return 'S';
	if (!account_is_domain(trustee))
		return 0;
	return strchr(trustee, '\\') ? '\\' : '@';
}

enum truth identity_accounts_same(const char *a, const char *b)
{
	if (is_unresolved(a) || is_unresolved(b))
		return TRUTH_UNKNOWN;
	if (text_same(a, b))
		return TRUTH_YES;
	char of_a = spelling(a), of_b = spelling(b);
	return of_a && of_b && of_a != of_b ? TRUTH_UNKNOWN : TRUTH_NO;
}

/* Groups and the like play no role; the accounts among the well-known principals may. */
static bool may_play(const char *trustee)
{
	static const char *const accounts[] = {SID_IUSR, "S-1-5-18", "S-1-5-19", "S-1-5-20"};
	const char *sid = well_known_sid(trustee);
	for (size_t i = 0; sid && i < sizeof accounts / sizeof *accounts; i++) {
		if (strcmp(sid, accounts[i]) == 0)
			return true;
	}
	return !sid && !is_orphan(trustee);
}

static enum truth plays(struct judgement *judgement, const struct side *side, const char *user_path,
	const char *trustee)
{
	if (!may_play(trustee))
		return TRUTH_NO;
	struct identity role = identity_of(judgement, side, side_answer(side, user_path));
	if (role.kind == IDENTITY_UNKNOWN)
		return TRUTH_UNKNOWN;
	return role.account ? identity_accounts_same(role.account, trustee) : TRUTH_NO;
}

/* Without locations in scope nobody was asked for an anonymous user: that it is not known is no
 * evidence then. */
static enum truth plays_noted(struct judgement *judgement, const struct side *side,
	const char *user_path, const char *trustee)
{
	struct answer user = side_answer(side, user_path);
	if (user.knowledge != KNOWLEDGE_UNKNOWN || judgement->cluster->locations.count > 0 ||
		strcmp(user_path, FACT_WAM_USER) == 0)
		judgement_note(judgement, side, user_path, user);
	return plays(judgement, side, user_path, trustee);
}

/* The facts that name the account of each role, the anonymous users of locations first. */
static struct strings role_paths(struct judgement *judgement)
{
	const struct strings *locations = &judgement->cluster->locations;
	struct strings paths = {0};
	for (size_t i = 0; i < locations->count; i++)
		strings_add(judgement->arena, &paths,
			pattern_fill(
				judgement->arena, FACT_ANONYMOUS_USER, locations->items[i], NULL));
	if (locations->count == 0)
		strings_add(judgement->arena, &paths,
			pattern_fill(judgement->arena, FACT_ANONYMOUS_USER, "/", NULL));
	strings_add(judgement->arena, &paths, FACT_WAM_USER);
	return paths;
}

enum truth identity_trustees_same(struct judgement *judgement, const struct side *x, const char *a,
	const struct side *y, const char *b)
{
	enum truth same = identity_accounts_same(a, b);
	if (!may_play(a) || !may_play(b))
		return same;
	struct strings paths = role_paths(judgement);
	for (size_t i = 0; i < paths.count && same != TRUTH_YES; i++) {
		enum truth role = plays_noted(judgement, x, paths.items[i], a);
		if (role != TRUTH_NO)
			role = truth_and(role, plays_noted(judgement, y, paths.items[i], b));
		same = truth_or(same, role);
	}
	return same;
}

const char *identity_display(
	struct judgement *judgement, const struct side *side, const char *trustee)
{
	struct strings paths = role_paths(judgement);
	for (size_t i = 0; i < paths.count; i++) {
		if (plays(judgement, side, paths.items[i], trustee) != TRUTH_YES)
			continue;
		note(judgement, side, paths.items[i]);
		return i + 1 < paths.count ? ROLE_ANONYMOUS : ROLE_WAM;
	}
	return trustee;
}

/* --- is it used --------------------------------------------------------------------------------
 */

/*
 * That a location is missing decides only where nothing says whether anonymous access is on: a
 * statement about access counts whatever is known of the location, so that no answer flips when
 * the other is lost.
 */
enum truth identity_anonymous_used_at(
	struct judgement *judgement, struct side *side, const char *location)
{
	struct answer enabled = judgement_ask_of(judgement, side, FACT_ANONYMOUS_ENABLED, location);
	if (enabled.knowledge != KNOWLEDGE_ABSENT)
		return answer_is(enabled, "true");
	const char *path = pattern_fill(judgement->arena, FACT_LOCATION_EXISTS, location, NULL);
	enum truth exists = answer_is(note(judgement, side, path), "true");
	return exists == TRUTH_NO ? TRUTH_NO : TRUTH_UNKNOWN;
}

enum truth identity_anonymous_used(struct judgement *judgement, const char *location)
{
	enum truth used = TRUTH_NO;
	for (size_t i = 0; i < judgement->count; i++)
		used = truth_or(
			used, identity_anonymous_used_at(judgement, judgement->sides[i], location));
	return used;
}

static void say_not_known(struct judgement *judgement, struct side *side, const char *location)
{
	if (identity_anonymous_used_at(judgement, side, location) != TRUTH_UNKNOWN)
		return;
	const char *path = pattern_fill(judgement->arena, FACT_ANONYMOUS_ENABLED, location, NULL);
	judgement_say(judgement, VERDICT_UNKNOWN,
		"%s: whether %s admits anonymous users is not known: %s.", side->node->name,
		location, why_not(side_answer(side, path), "nothing that was collected says so"));
}

bool identity_anonymous_in_use(struct judgement *judgement, const char *location)
{
	enum truth used = identity_anonymous_used(judgement, location);
	if (used == TRUTH_NO)
		judgement_say(judgement, VERDICT_NOT_APPLICABLE,
			"Anonymous access is off at %s on every node.", location);
	for (size_t i = 0; used == TRUTH_UNKNOWN && i < judgement->count; i++)
		say_not_known(judgement, judgement->sides[i], location);
	return used == TRUTH_YES;
}

bool identity_anonymous_in_use_at(
	struct judgement *judgement, struct side *side, const char *location)
{
	enum truth used = identity_anonymous_used_at(judgement, side, location);
	if (used == TRUTH_NO)
		judgement_say(judgement, VERDICT_NOT_APPLICABLE,
			"%s: anonymous access is off at %s.", side->node->name, location);
	else if (used == TRUTH_UNKNOWN)
		say_not_known(judgement, side, location);
	return used == TRUTH_YES;
}
