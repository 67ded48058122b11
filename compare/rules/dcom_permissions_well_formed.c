/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/dcom_scope.h"
#include "compare/rule.h"

#include "inventory/vocabulary.h"

#include <string.h>

static const char *fault_of(const char *form)
{
	if (strcmp(form, "mixed") == 0)
		return "mixes entries of the old form (EXECUTE alone) with entries of the new one";
	if (strcmp(form, "no-execute") == 0)
		return "has an entry without EXECUTE";
	return "is no valid security descriptor";
}

struct tally {
	size_t good, set;
	const char *faults; /* for the table: "access list of {...}: mixed" */
	const char *why;    /* where a form is not known */
};

static void judge_list(
	struct judgement *judgement, struct side *side, const struct dcom_list *list, void *context)
{
	struct tally *tally = context;
	const char *node = side->node->name, *name = dcom_list_name(judgement, list->prefix);
	switch (list->kind) {
	case LIST_IS_UNKNOWN:
		judgement_say(judgement, VERDICT_UNKNOWN,
			"%s: the form of the %s is not known: %s.", node, name, list->why);
		break;
	case LIST_IS_MALFORMED:
		judgement_say(judgement, VERDICT_BROKEN, "%s: the %s %s (%s), so COM refuses it.",
			node, name, fault_of(list->form), list->form);
		judgement_remedy(judgement, "%s: %s: write the list anew", node,
			dcom_list_steps(judgement, list->prefix));
		tally->faults = arena_format(judgement->arena, "%s%s%s: %s",
			tally->faults ? tally->faults : "", tally->faults ? ", " : "", name,
			list->form);
		break;
	case LIST_IS_NONE:
		break;
	default:
		tally->good++;
		tally->set += list->kind != LIST_IS_BUILT_IN;
	}
}

static void judge(struct judgement *judgement)
{
	struct side *side = judgement->sides[0];
	struct tally tally = {0};
	dcom_each_list(judgement, side, judge_list, &tally);
	judgement_say(judgement, VERDICT_KEPT, "%s: %zu of %zu lists are set, all well formed.",
		side->node->name, tally.set, tally.good);
	struct answer shown = {.knowledge = KNOWLEDGE_PRESENT, .value = "well formed"};
	if (tally.faults)
		shown.value = tally.faults;
	else if (tally.why)
		shown = (struct answer){.knowledge = KNOWLEDGE_UNKNOWN, .why = tally.why};
	judgement_show(judgement, side, shown);
}

const struct rule rule_dcom_permissions_well_formed = {
	.id = "dcom_permissions_well_formed",
	.title = "no DCOM permission is malformed",
	.severity = SEVERITY_ERROR,
	.scope = RULE_NODE,
	.subject = SUBJECT_DCOM,
	.judge = judge,
	.demand = "The machine's default and limit lists and the lists of each application in "
		  "scope are valid security descriptors, every entry holds EXECUTE, and no list "
		  "mixes entries of the old form (EXECUTE alone, meaning local and remote) with "
		  "entries of the new one.",
	.why = "COM refuses such a descriptor, so the permissions that an administrator meant do "
	       "not hold. It comes from scripts that write the binary value, and from lists of one "
	       "version of Windows copied to another.",
	.repair = "Open the list with dcomcnfg and write it anew: remove every entry and add it "
		  "again with the rights that it needs.",
	.symptoms = {"10020", "10021", "10022", "10023", "0x80070005"},
	.source = "Win32 docs, com/access-control-lists-for-com; [MS-DTYP] 2.4.6",
};
