/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/judges.h"
#include "compare/rule.h"

#include "inventory/vocabulary.h"

static void judge(struct judgement *judgement)
{
	struct answer *answers = arena_alloc(judgement->arena, judgement->count * sizeof *answers);
	if (judgement->cluster->locations.count == 0) {
		judgement_say(judgement, VERDICT_NOT_APPLICABLE, "No web locations are in scope.");
		return;
	}
	for (size_t i = 0; i < judgement->count; i++)
		answers[i] = judgement_ask(judgement, judgement->sides[i], FACT_SUBAUTH_DLL);
	judge_answers_same(judgement, "Auth132 (registered subauthentication library)", answers,
		judgement->rule->absent_on_all);
}

const struct rule rule_subauthentication_same = {
	.id = "subauthentication_same",
	.title = "the subauthentication library is registered alike",
	.severity = SEVERITY_INFO,
	.scope = RULE_PAIR,
	.subject = SUBJECT_CLUSTER,
	.judge = judge,
	.paths = {FACT_SUBAUTH_DLL},
	.absent_on_all = VERDICT_KEPT,
	.demand = "Auth132 under HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa\\MSV1_0, which "
		  "registers iissuba.dll, is the same on every node or set on none.",
	.why = "A difference says that the nodes were installed or upgraded in different ways. By "
	       "itself it breaks nothing: the value's presence does not prove that "
	       "subauthentication is in use.",
	.repair = "Nothing needs to be done where password synchronisation is off. Where it is on, "
		  "rundll32 %windir%\\system32\\inetsrv\\iissuba.dll,RegisterIISSUBA registers the "
		  "library.",
	.symptoms = {"Auth132"},
	.source = "Registering Subauthentication Packages (aa379395); cc739654",
};
