/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/compare.h"

#include "base/buffer.h"
#include "base/memory.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define JOINED_LIMIT 32768

/* The comparison of one cluster while it grows. */
struct run {
	struct comparison *comparison;
	const struct cluster *cluster;
	const struct selection *selection;
	struct side
		*sides; /* every node, by role and name: the inventory's order changes nothing */
	struct side **reached;
	size_t count, reached_count;
	struct side *unreached; /* the first node that was not reached, or NULL */
};

static const char *join(struct arena *arena, const struct strings *strings, const char *between)
{
	auto_buffer struct buffer buffer = BUFFER_INIT(JOINED_LIMIT);
	for (size_t i = 0; i < strings->count; i++)
		buffer_format(&buffer, "%s%s", i ? between : "", strings->items[i]);
	return arena_text(arena, buffer.data ? buffer.data : "");
}

static const char *remedy_of(const struct judgement *judgement)
{
	if (judgement->verdict == VERDICT_KEPT || judgement->verdict == VERDICT_NOT_APPLICABLE)
		return NULL;
	if (judgement->remedies.count)
		return join(judgement->arena, &judgement->remedies, "\n");
	return judgement->verdict == VERDICT_BROKEN ? judgement->rule->repair : NULL;
}

static void copy_nodes(const struct judgement *judgement, struct finding *finding)
{
	finding->node_count = judgement->count;
	finding->nodes = arena_alloc(judgement->arena, judgement->count * sizeof *finding->nodes);
	for (size_t i = 0; i < judgement->count; i++) {
		const struct side *side = judgement->sides[i];
		finding->nodes[i].node = side->node->name;
		finding->nodes[i].asked = side->shows;
		finding->nodes[i].answer = side->shown;
	}
}

static bool concerns(const struct finding *finding, const struct strings *nodes)
{
	for (size_t i = 0; i < finding->node_count; i++) {
		for (size_t k = 0; k < nodes->count; k++) {
			if (text_same(finding->nodes[i].node, nodes->items[k]))
				return true;
		}
	}
	return nodes->count == 0;
}

static struct finding *finish(struct run *run, const struct judgement *judgement)
{
	struct comparison *comparison = run->comparison;
	const struct rule *rule = judgement->rule;
	struct finding finding = {
		.rule = rule,
		.verdict = judgement->verdict,
		.severity = judgement->severity,
		.gate = rule->gate && judgement->severity == SEVERITY_ERROR,
		.subject = judgement->subject,
		.message = join(judgement->arena, &judgement->messages[judgement->verdict], " "),
		.remedy = remedy_of(judgement),
		.evidence = judgement->evidence,
		.evidence_count = judgement->evidence_count,
	};
	copy_nodes(judgement, &finding);
	if (finding.severity < run->selection->least || !concerns(&finding, &run->selection->nodes))
		return NULL;
	comparison->findings = arena_grow(comparison->arena, comparison->findings,
		&comparison->finding_capacity, comparison->finding_count + 1, sizeof finding);
	comparison->findings[comparison->finding_count] = finding;
	return &comparison->findings[comparison->finding_count++];
}

static struct judgement begin(struct run *run, const struct rule *rule, const char *subject,
	struct side **sides, size_t count)
{
	for (size_t i = 0; i < run->count; i++)
		run->sides[i].shows = false;
	return (struct judgement){
		.arena = run->comparison->arena,
		.rule = rule,
		.cluster = run->cluster,
		.subject = subject,
		.sides = sides,
		.count = count,
		.all = run->sides,
		.all_count = run->count,
		.severity = rule->severity,
		.verdict = VERDICT_UNKNOWN,
	};
}

/* Whether the judge is to be asked at all; a location whose calls nobody declared is only info. */
static bool applies_across_nodes(struct judgement *judgement)
{
	if (!judgement->rule->cross_node)
		return true;
	switch (cluster_cross_node(judgement->cluster, judgement->subject)) {
	case CROSS_NODE_NO:
		judgement_say(judgement, VERDICT_NOT_APPLICABLE,
			"The inventory declares that the pages at %s call no other node.",
			judgement->subject);
		return false;
	case CROSS_NODE_NOT_SAID:
		judgement_severity(judgement, SEVERITY_INFO);
		return true;
	default:
		return true;
	}
}

static struct finding *judge(struct run *run, const struct rule *rule, const char *subject,
	struct side **sides, size_t count)
{
	struct judgement judgement = begin(run, rule, subject, sides, count);
	if (applies_across_nodes(&judgement))
		rule->judge(&judgement);
	if (!judgement.said)
		judgement_say(
			&judgement, VERDICT_UNKNOWN, "Nothing was found that could be compared.");
	return finish(run, &judgement);
}

static const char *why_unreached(const struct side *side)
{
	if (!side->snapshot)
		return "there is no snapshot of this node";
	return snapshot_unreached(side->snapshot);
}

/* One unknown for all subjects of a rule: a node that could not be looked at says it once. */
static struct finding *judge_unreached(
	struct run *run, const struct rule *rule, struct side **sides, size_t count)
{
	struct judgement judgement = begin(run, rule, "", sides, count);
	for (size_t i = 0; i < count; i++) {
		const char *why = why_unreached(sides[i]);
		if (!why)
			continue;
		judgement_say(&judgement, VERDICT_UNKNOWN, "%s was not reached: %s.",
			sides[i]->node->name, why);
		judgement_show(&judgement, sides[i],
			(struct answer){.knowledge = KNOWLEDGE_UNKNOWN, .why = why});
	}
	struct finding *finding = finish(run, &judgement);
	if (finding)
		finding->unreached = true;
	return finding;
}

static void judge_pair(struct run *run, const struct rule *rule, const struct strings *subjects)
{
	bool primary = false, backup = false;
	for (size_t i = 0; i < run->reached_count; i++) {
		primary |= run->reached[i]->node->role == NODE_PRIMARY;
		backup |= run->reached[i]->node->role == NODE_BACKUP;
	}
	if (run->unreached) {
		struct side **all = arena_alloc(run->comparison->arena, run->count * sizeof *all);
		for (size_t i = 0; i < run->count; i++)
			all[i] = &run->sides[i];
		judge_unreached(run, rule, all, run->count);
	}
	for (size_t s = 0; primary && backup && s < subjects->count; s++)
		judge(run, rule, subjects->items[s], run->reached, run->reached_count);
}

static void judge_nodes(struct run *run, const struct rule *rule, const struct strings *subjects)
{
	for (size_t i = 0; i < run->count; i++) {
		struct side **side = arena_alloc(run->comparison->arena, sizeof(struct side *));
		*side = &run->sides[i];
		if (why_unreached(*side) && !rule->judges_unreached) {
			judge_unreached(run, rule, side, 1);
			continue;
		}
		for (size_t s = 0; s < subjects->count; s++)
			judge(run, rule, subjects->items[s], side, 1);
	}
}

static void judge_direction(struct run *run, const struct rule *rule,
	const struct strings *subjects, struct side *from, struct side *to)
{
	struct side **sides = arena_alloc(run->comparison->arena, 2 * sizeof *sides);
	sides[0] = from;
	sides[1] = to;
	bool unreached = why_unreached(from) || why_unreached(to);
	for (size_t s = 0; s < (unreached ? 1 : subjects->count); s++) {
		struct finding *finding = unreached
						  ? judge_unreached(run, rule, sides, 2)
						  : judge(run, rule, subjects->items[s], sides, 2);
		if (finding) {
			finding->from = from->node->name;
			finding->to = to->node->name;
		}
	}
}

static void judge_paths(struct run *run, const struct rule *rule, const struct strings *subjects)
{
	for (size_t i = 0; i < run->count; i++) {
		for (size_t k = 0; k < run->count; k++) {
			if (run->sides[i].node->role != run->sides[k].node->role)
				judge_direction(
					run, rule, subjects, &run->sides[i], &run->sides[k]);
		}
	}
}

static bool dcom_in_scope(const struct cluster *cluster)
{
	return cluster->applications.count || cluster->classes.count || cluster->call_count ||
	       (cluster->profile && cluster->profile->demands_applications);
}

static void subjects_of(struct run *run, enum rule_subject kind, struct strings *subjects)
{
	const struct cluster *cluster = run->cluster;
	switch (kind) {
	case SUBJECT_CLUSTER:
		strings_add(run->comparison->arena, subjects, "");
		break;
	case SUBJECT_LOCATION:
		*subjects = cluster->locations;
		break;
	case SUBJECT_APPLICATION:
		*subjects = cluster->applications;
		break;
	case SUBJECT_CLASS:
		*subjects = cluster->classes;
		break;
	case SUBJECT_DCOM:
		if (dcom_in_scope(cluster))
			strings_add(run->comparison->arena, subjects, "");
		break;
	}
}

/* Nothing of the rule's kind is in scope. */
static void judge_without_subject(struct run *run, const struct rule *rule)
{
	struct side **all = arena_alloc(run->comparison->arena, run->count * sizeof *all);
	for (size_t i = 0; i < run->count; i++)
		all[i] = &run->sides[i];
	struct judgement judgement = begin(run, rule, "", all, run->count);
	const struct profile *profile = run->cluster->profile;
	bool location = rule->subject == SUBJECT_LOCATION;
	const char *what = location			    ? "web locations"
			   : rule->subject == SUBJECT_CLASS ? "classes"
							    : "applications";
	bool demanded = profile && rule->subject != SUBJECT_CLASS &&
			(location ? profile->demands_locations : profile->demands_applications);
	if (demanded)
		judgement_say(&judgement, VERDICT_UNKNOWN,
			"The profile %s demands %s in scope and the inventory names none: list "
			"them under \"%s\".",
			profile->name, what, location ? "locations" : "applications");
	else
		judgement_say(&judgement, VERDICT_NOT_APPLICABLE, "No %s are in scope.", what);
	finish(run, &judgement);
}

static void judge_rule(struct run *run, const struct rule *rule)
{
	struct strings subjects = {0};
	subjects_of(run, rule->subject, &subjects);
	if (subjects.count == 0)
		judge_without_subject(run, rule);
	else if (rule->scope == RULE_PAIR)
		judge_pair(run, rule, &subjects);
	else if (rule->scope == RULE_NODE)
		judge_nodes(run, rule, &subjects);
	else
		judge_paths(run, rule, &subjects);
}

static int compare_texts(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

static int compare_findings(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;
	if (x->verdict != y->verdict)
		return (int)y->verdict - (int)x->verdict;
	if (x->severity != y->severity)
		return (int)y->severity - (int)x->severity;
	int order = strcmp(x->rule->id, y->rule->id);
	if (order == 0)
		order = strcmp(x->subject, y->subject);
	if (order == 0)
		order = compare_texts(x->from, y->from);
	if (order == 0)
		order = compare_texts(x->to, y->to);
	if (order == 0)
		order = strcmp(x->nodes[0].node, y->nodes[0].node);
	return order;
}

static void sum_up(struct comparison *comparison)
{
	bool kept = false;
	comparison->verdict = VERDICT_KEPT;
	for (size_t i = 0; i < comparison->finding_count; i++) {
		const struct finding *finding = &comparison->findings[i];
		comparison->counts[finding->verdict]++;
		if (finding->severity == SEVERITY_INFO)
			continue;
		kept |= finding->verdict == VERDICT_KEPT;
		comparison->verdict = verdict_worse(comparison->verdict, finding->verdict);
	}
	if (!kept)
		comparison->verdict = verdict_worse(comparison->verdict, VERDICT_UNKNOWN);
}

static int compare_sides(const void *a, const void *b)
{
	const struct side *x = a, *y = b;
	if (x->node->role != y->node->role)
		return (int)x->node->role - (int)y->node->role;
	return strcmp(x->node->name, y->node->name);
}

static void line_up(struct run *run, const struct snapshot *const *snapshots)
{
	struct comparison *comparison = run->comparison;
	run->count = run->cluster->node_count;
	run->sides = arena_alloc(comparison->arena, run->count * sizeof *run->sides);
	run->reached = arena_alloc(comparison->arena, run->count * sizeof(struct side *));
	for (size_t i = 0; i < run->count; i++) {
		const struct node *node = &run->cluster->nodes[i];
		run->sides[i] = (struct side){.node = node, .snapshot = snapshots[i]};
		for (size_t k = 0; snapshots[i] && k < snapshots[i]->not_understood.count; k++)
			strings_add(comparison->arena, &comparison->not_understood,
				arena_format(comparison->arena, "%s: %s", node->name,
					snapshots[i]->not_understood.items[k]));
	}
	qsort(run->sides, run->count, sizeof *run->sides, compare_sides);
	for (size_t i = 0; i < run->count; i++) {
		if (!why_unreached(&run->sides[i]))
			run->reached[run->reached_count++] = &run->sides[i];
		else if (!run->unreached)
			run->unreached = &run->sides[i];
	}
}

struct comparison *compare_cluster(const struct cluster *cluster,
	const struct snapshot *const *snapshots, const struct selection *selection)
{
	struct comparison *comparison = memory_alloc(sizeof *comparison);
	comparison->arena = arena_new();
	comparison->cluster = cluster;
	struct run run = {.comparison = comparison, .cluster = cluster, .selection = selection};
	line_up(&run, snapshots);
	for (const struct rule *const *rule = rule_catalogue; *rule; rule++) {
		if (!selection->rules.count || strings_hold(&selection->rules, (*rule)->id))
			judge_rule(&run, *rule);
	}
	qsort(comparison->findings, comparison->finding_count, sizeof *comparison->findings,
		compare_findings);
	sum_up(comparison);
	return comparison;
}

void comparison_free(struct comparison *comparison)
{
	if (!comparison)
		return;
	arena_free(comparison->arena);
	memory_free(comparison);
}
