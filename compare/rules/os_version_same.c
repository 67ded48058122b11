/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/judges.h"
#include "compare/rule.h"

#include "inventory/vocabulary.h"

static struct answer version_of(struct judgement *judgement, struct side *side)
{
	struct answer version = judgement_ask(judgement, side, FACT_OS_VERSION);
	if (version.knowledge == KNOWLEDGE_ABSENT)
		version = (struct answer){.knowledge = KNOWLEDGE_UNKNOWN,
			.why = "no artefact states it: bring identity.json or the output of ver"};
	return version;
}

static struct answer shown(struct judgement *judgement, struct answer version, struct answer pack)
{
	if (version.knowledge != KNOWLEDGE_PRESENT || pack.knowledge == KNOWLEDGE_ABSENT)
		return version;
	if (pack.knowledge == KNOWLEDGE_PRESENT)
		pack.value = arena_format(
			judgement->arena, "%s Service Pack %s", version.value, pack.value);
	return pack;
}

static void judge(struct judgement *judgement)
{
	size_t size = judgement->count * sizeof(struct answer);
	struct answer *versions = arena_alloc(judgement->arena, size);
	struct answer *packs = arena_alloc(judgement->arena, size);
	for (size_t i = 0; i < judgement->count; i++) {
		struct side *side = judgement->sides[i];
		versions[i] = version_of(judgement, side);
		packs[i] = judgement_ask(judgement, side, FACT_OS_SERVICE_PACK);
		judgement_show(judgement, side, shown(judgement, versions[i], packs[i]));
	}
	judge_answers_same(judgement, "Version of Windows", versions, VERDICT_UNKNOWN);
	judge_answers_same(judgement, "Service pack", packs, VERDICT_KEPT);
}

const struct rule rule_os_version_same = {
	.id = "os_version_same",
	.title = "the nodes run the same version and service pack of Windows",
	.severity = SEVERITY_WARNING,
	.scope = RULE_PAIR,
	.subject = SUBJECT_CLUSTER,
	.judge = judge,
	.paths = {FACT_OS_VERSION, FACT_OS_SERVICE_PACK},
	.demand = "Version (major, minor and build number) and service pack of Windows are the "
		  "same on every node.",
	.why = "Defaults change between versions: the anonymous account of IIS and its logon "
	       "(2000, 2003, 2008), IIS subauthentication (not in a default Windows Server 2003), "
	       "the DCOM limits (2003 Service Pack 1), and the authentication that DCOM demands of "
	       "callers. What works on one version may be refused on the other.",
	.repair = "Bring the nodes to one version and service pack. While they differ on purpose, "
		  "expect unknown instead of broken where defaults differ by design, and test a "
		  "failover in both directions.",
	.symptoms = {"Error #46", "10036", "10037"},
	.source = "KB 330346; KB 5004442; Win32 docs, "
		  "com/dcom-security-enhancements-in-windows-xp-service-"
		  "pack-2-and-windows-server-2003-service-pack-1",
};
