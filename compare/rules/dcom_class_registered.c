/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/dcom_scope.h"
#include "compare/judges.h"
#include "compare/rule.h"

#include "base/pattern.h"
#include "inventory/vocabulary.h"

/* Says what is wrong; returns whether the class is known to be missing. */
static bool is_missing(struct judgement *judgement, struct side *side)
{
	struct answer exists =
		judgement_ask_of(judgement, side, FACT_CLASS_EXISTS, judgement->subject);
	const char *node = side->node->name;
	switch (dcom_exists(exists)) {
	case TRUTH_YES:
		return false;
	case TRUTH_NO:
		judgement_say(judgement, VERDICT_BROKEN,
			"%s does not have the class %s registered.", node, judgement->subject);
		judgement_remedy(judgement,
			"%s: register the server of class %s (SERVER.exe /regserver, or regsvr32 "
			"SERVER.dll)",
			node, judgement->subject);
		return true;
	default:
		judgement_say(judgement, VERDICT_UNKNOWN,
			"Whether %s has the class %s registered is not known: %s.", node,
			judgement->subject, exists.why ? exists.why : dcom_exists_odd);
		return false;
	}
}

static void judge(struct judgement *judgement)
{
	struct answer *answers = arena_alloc(judgement->arena, judgement->count * sizeof *answers);
	bool missing = false;
	for (size_t i = 0; i < judgement->count; i++) {
		struct side *side = judgement->sides[i];
		missing |= is_missing(judgement, side);
		answers[i] = judgement_ask_of(judgement, side, FACT_CLASS_APP, judgement->subject);
	}
	if (missing)
		return;
	const char *what = arena_format(judgement->arena, "AppID of class %s", judgement->subject);
	if (judge_answers_same(judgement, what, answers, VERDICT_KEPT) == VERDICT_BROKEN)
		judgement_remedy(judgement,
			"Every node: compare the value AppID below "
			"HKLM\\SOFTWARE\\Classes\\CLSID\\%s and register the same version of the "
			"server everywhere",
			judgement->subject);
}

const struct rule rule_dcom_class_registered = {
	.id = "dcom_class_registered",
	.title = "each class in scope is registered everywhere with the same AppID",
	.severity = SEVERITY_ERROR,
	.gate = true,
	.scope = RULE_PAIR,
	.subject = SUBJECT_CLASS,
	.judge = judge,
	.paths = {FACT_CLASS_EXISTS, FACT_CLASS_APP},
	.demand = "Each class (CLSID) in scope is registered on every node, and its AppID is the "
		  "same on every node or set on none.",
	.why = "A node without the class cannot create the object: calls fail with 0x80040154 as "
	       "soon as it is the active one. The AppID of the class leads to the permissions and "
	       "the identity of the application, so with another AppID other permissions hold.",
	.repair = "Register the server on the node that lacks it: SERVER.exe /regserver for a "
		  "program, regsvr32 SERVER.dll for a library. Machine Debug Manager: mdm.exe "
		  "/regserver. Where the AppIDs differ, install the same version of the server on "
		  "all nodes.",
	.symptoms = {"0x80040154", "Class not registered", "10000"},
	.source = "KB Q290398; KB Q246054; Win32 docs, com/runas",
};
