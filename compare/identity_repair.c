/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/identity.h"

#include "base/pattern.h"
#include "inventory/vocabulary.h"

#include <string.h>

/* Where the identity of a location is set, and the steps that set it anew. */

/* The nearest level at or above the subject that itself sets one of two properties. */
static const char *level_setting(
	struct judgement *judgement, const struct side *side, const char *one, const char *other)
{
	struct arena *arena = judgement->arena;
	const char *level = judgement->subject;
	for (; level; level = location_parent(arena, level)) {
		const char *path = pattern_fill(arena, FACT_ANONYMOUS_EXPLICIT, level, NULL);
		struct answer set = side_answer(side, path);
		if (set.knowledge == KNOWLEDGE_UNKNOWN)
			return NULL;
		judgement_note(judgement, side, path, set);
		if (set.knowledge == KNOWLEDGE_PRESENT &&
			(rights_hold(set.value, one) || rights_hold(set.value, other)))
			return level;
	}
	return NULL;
}

const char *identity_level(
	struct judgement *judgement, const struct side *side, const char *property)
{
	bool password = strcmp(property, "password") == 0;
	return level_setting(judgement, side, property, password ? "user" : property);
}

const char *identity_metabase_key(struct judgement *judgement, const char *location)
{
	if (strcmp(location, "/") == 0)
		return "w3svc";
	return arena_format(judgement->arena, "w3svc/%s", location);
}

static void remedy_properties(
	struct judgement *judgement, const char *node, const char *level, const char *steps)
{
	judgement_remedy(judgement,
		"%s: IIS Manager, Properties of %s, Directory Security, Anonymous access: %s", node,
		strcmp(level, "/") == 0 ? "Web Sites" : level, steps);
}

/* Before IIS 7: the box and the password, which may be set at two levels. */
static void remedy_box(struct judgement *judgement, const char *node, const char *clear,
	const char *enter, const char *what)
{
	const char *box = "clear \"Allow IIS to control password\"";
	bool together = strcmp(clear, enter) == 0;
	if (!together)
		remedy_properties(judgement, node, clear, box);
	remedy_properties(judgement, node, enter,
		arena_format(judgement->arena, "%s%senter %s", together ? box : "",
			together ? " and " : "", what));
}

void identity_remedy_enter(struct judgement *judgement, const struct side *side, const char *what)
{
	const char *node = side->node->name;
	const char *clear = identity_level(judgement, side, "sync");
	const char *enter = identity_level(judgement, side, "password");
	if (!enter)
		enter = clear ? clear : judgement->subject;
	if (identity_iis_from(judgement, side, 7, 0) == TRUTH_YES)
		judgement_remedy(judgement,
			"%s: IIS Manager, %s, Authentication, Anonymous Authentication, Edit, "
			"Specific user: enter %s",
			node, strcmp(enter, "/") == 0 ? "the server" : enter, what);
	else
		remedy_box(judgement, node, clear ? clear : enter, enter, what);
	judgement_remedy(judgement, "%s: iisreset", node);
}
