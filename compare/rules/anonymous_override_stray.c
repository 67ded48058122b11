/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/identity.h"
#include "compare/rule.h"

#include "base/pattern.h"
#include "base/text.h"
#include "inventory/vocabulary.h"

#include <string.h>

static const struct override {
	const char *word;     /* in FACT_ANONYMOUS_EXPLICIT */
	const char *property; /* of the metabase */
	const char *name;
} overrides[] = {
	{"user", "AnonymousUserName", "the user name"},
	{"password", "AnonymousUserPass", "the password"},
	{"sync", "AnonymousPasswordSync", "password synchronisation"},
};
#define OVERRIDE_COUNT (sizeof overrides / sizeof *overrides)

/* Locations in scope inherit from those above them. */
static bool feeds_scope(const struct judgement *judgement, const char *location)
{
	const struct strings *scope = &judgement->cluster->locations;
	for (size_t i = 0; i < scope->count; i++) {
		const char *at = scope->items[i];
		for (; at; at = location_parent(judgement->arena, at)) {
			if (text_same(at, location))
				return true;
		}
	}
	return strcmp(location, "/") == 0;
}

static void remedy(struct judgement *judgement, const struct side *side, const char *location,
	const struct override *override)
{
	const char *node = side->node->name;
	if (identity_iis_from(judgement, side, 7, 0) == TRUTH_YES)
		judgement_remedy(judgement,
			"%s: applicationHost.config, <location path=\"%s\">: remove %s from "
			"anonymousAuthentication",
			node, location, override->name);
	else
		judgement_remedy(judgement,
			"%s: cscript //nologo %%SystemDrive%%\\Inetpub\\AdminScripts\\adsutil.vbs "
			"DELETE %s/%s",
			node, identity_metabase_key(judgement, location), override->property);
}

/* Returns what the location overrides, in words, or NULL. */
static const char *overridden(struct judgement *judgement, const struct side *side,
	const char *location, const char *explicit)
{
	const char *names = NULL;
	for (size_t i = 0; i < OVERRIDE_COUNT; i++) {
		if (!rights_hold(explicit, overrides[i].word))
			continue;
		remedy(judgement, side, location, &overrides[i]);
		names = names ? arena_format(
					judgement->arena, "%s and %s", names, overrides[i].name)
			      : overrides[i].name;
	}
	return names;
}

static bool judge_location(struct judgement *judgement, struct side *side, const char *path)
{
	char *location;
	if (!pattern_extract(judgement->arena, FACT_ANONYMOUS_EXPLICIT, path, &location, 1) ||
		feeds_scope(judgement, location))
		return false;
	struct answer answer = side_answer(side, path);
	if (answer.knowledge != KNOWLEDGE_PRESENT)
		return false;
	const char *names = overridden(judgement, side, location, answer.value);
	if (!names)
		return false;
	judgement_note(judgement, side, path, answer);
	judgement_say(judgement, VERDICT_BROKEN,
		"%s: %s is not in scope and overrides %s of the anonymous user.", side->node->name,
		location, names);
	return true;
}

static void judge_side(struct judgement *judgement, struct side *side)
{
	struct fact_run run = {0};
	struct answer complete = {.knowledge = KNOWLEDGE_UNKNOWN, .why = "there is no snapshot"};
	bool stray = false;
	if (side->snapshot) {
		run = snapshot_under(side->snapshot, "iis/location/");
		complete = snapshot_complete(side->snapshot, FACT_ANONYMOUS_EXPLICIT);
	}
	for (size_t i = 0; i < run.count; i++)
		stray |= judge_location(judgement, side, run.facts[i].path);
	if (complete.knowledge == KNOWLEDGE_UNKNOWN)
		judgement_say(judgement, VERDICT_UNKNOWN,
			"%s: which locations override the anonymous user is not known: %s.",
			side->node->name, complete.why);
	else if (!stray)
		judgement_say(judgement, VERDICT_KEPT,
			"%s: no location out of scope overrides the anonymous user.",
			side->node->name);
	judgement_show(judgement, side,
		stray ? (struct answer){.knowledge = KNOWLEDGE_PRESENT, .value = "stray overrides"}
		: complete.knowledge == KNOWLEDGE_UNKNOWN
			? complete
			: (struct answer){.knowledge = KNOWLEDGE_ABSENT});
}

static void judge(struct judgement *judgement)
{
	if (judgement->cluster->locations.count == 0)
		judgement_say(judgement, VERDICT_NOT_APPLICABLE, "No web locations are in scope.");
	for (size_t i = 0; judgement->cluster->locations.count && i < judgement->count; i++)
		judge_side(judgement, judgement->sides[i]);
}

const struct rule rule_anonymous_override_stray = {
	.id = "anonymous_override_stray",
	.title = "no forgotten location overrides the anonymous user",
	.severity = SEVERITY_WARNING,
	.scope = RULE_NODE,
	.subject = SUBJECT_CLUSTER,
	.judge = judge,
	.demand = "No location below the web service sets a user name, a password or password "
		  "synchronisation of its own for the anonymous user, unless it is in scope or "
		  "above one that is.",
	.why = "A copy that is left at a lower level keeps the old password when the account's is "
	       "changed. IIS 6 tries the logon with it even where anonymous access is disabled at "
	       "that level, and can lock the account, which is then locked for the pages in scope "
	       "too.",
	.repair = "Keep one setting at the level of the web service and delete the copies below. "
		  "IIS 5 and 6: adsutil.vbs FIND AnonymousUserPass lists the keys that set it, "
		  "adsutil.vbs DELETE w3svc/LOCATION/AnonymousUserPass removes one. IIS 7 and "
		  "later: remove the attributes from the location's anonymousAuthentication in "
		  "applicationHost.config.",
	.symptoms = {"lockout", "1909", "401.1"},
	.source = "asiatech blog, 2013-03-10; David Wang blog, 2005-12-07",
};
