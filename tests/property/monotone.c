/* SPDX-License-Identifier: Apache-2.0 */

/*
 * monotone [CASES [SEED [FOLDER]]]: whatever a rule says of random clusters, it keeps to this:
 *
 *	it is monotone      with less known each verdict stays or becomes unknown, so does the
 *	                    cluster's, and no finding comes or goes
 *	order is nothing    the inventory's order of the nodes changes no finding
 *	it is determined    the same input gives the same findings
 *	nothing from nothing  where nothing is known nothing is kept or broken
 *
 * The clusters come from the fixtures of the rules, FOLDER/RULE/CASE/ (tests/rules), by changing,
 * dropping, adding and exchanging facts and coverage. The first case of each rule that fails is
 * made small and printed; exit code 1 then.
 */
#include "compare/compare.h"

#include "base/json.h"
#include "base/number.h"
#include "tests/property/worlds/world.h"

#include <stdio.h>
#include <string.h>

#define MAX_MUTATIONS 7
#define MAX_RULES 256

enum loss_kind {
	LOSS_OVERRULED,	 /* an unknown entry for exactly the path, the fact stays */
	LOSS_DROPPED,	 /* the same, and the fact goes */
	LOSS_BELOW,	 /* an unknown entry for all below the path; facts stay */
	LOSS_WITNESS,	 /* what was read there was not */
	LOSS_EVERYTHING, /* nobody looked at anything, on any node */
};
struct loss {
	enum loss_kind kind;
	size_t node;
	const char *path;
};

/* What is done with a world: something is lost, and the nodes stand in another order. */
struct trial {
	struct loss loss;
	size_t turn; /* by how many places; as many as there are nodes: backwards */
};

/* --- judging -----------------------------------------------------------------------------------
 */

static bool is_lost(const struct loss *loss, const struct item *item)
{
	if (!loss)
		return false;
	return loss->kind == LOSS_EVERYTHING ||
	       (loss->kind == LOSS_DROPPED && strcmp(item->path, loss->path) == 0);
}

static bool is_witness_lost(const struct loss *loss, const struct coverage *entry)
{
	if (!loss || !entry->read)
		return false;
	return loss->kind == LOSS_EVERYTHING ||
	       (loss->kind == LOSS_WITNESS && strcmp(entry->pattern, loss->path) == 0);
}

static struct snapshot *build(const struct draft *draft, const char *name, const struct loss *loss)
{
	if (draft->missing)
		return NULL;
	struct snapshot *snapshot = snapshot_new(name);
	for (size_t i = 0; i < draft->count; i++) {
		if (!is_lost(loss, &draft->items[i]))
			snapshot_add_fact(
				snapshot, draft->items[i].path, draft->items[i].value, NULL, 0);
	}
	for (size_t i = 0; i < draft->coverage_count; i++) {
		const struct coverage *entry = &draft->coverage[i];
		if (!is_witness_lost(loss, entry))
			snapshot_add_coverage(snapshot, entry->pattern, entry->read, entry->why);
	}
	if (loss && loss->kind <= LOSS_BELOW)
		snapshot_add_coverage(snapshot, loss->path, false, "lost");
	snapshot_seal(snapshot);
	return snapshot;
}

/* What is used of a comparison lives in its arena or in the inventory: the snapshots may go. */
struct judged {
	struct cluster cluster;
	struct node nodes[MAX_NODES];
	struct comparison *comparison;
	size_t unreached;
};

static void judge(
	struct judged *judged, const struct world *world, const struct loss *loss, size_t turn)
{
	struct snapshot *snapshots[MAX_NODES] = {0};
	size_t count = world->cluster->node_count;
	const struct selection selection = {
		.rules = {.items = (const char *[]){world->rule->id}, .count = 1, .capacity = 1}};
	judged->cluster = *world->cluster;
	judged->cluster.nodes = judged->nodes;
	judged->unreached = 0;
	for (size_t i = 0; i < count; i++) {
		size_t from = turn == count ? count - 1 - i : (i + turn) % count;
		const struct node *node = &world->cluster->nodes[from];
		bool lossy = loss && (loss->kind == LOSS_EVERYTHING || loss->node == from);
		snapshots[i] = build(&world->nodes[from], node->name, lossy ? loss : NULL);
		judged->unreached += !snapshots[i] || snapshot_unreached(snapshots[i]);
		judged->nodes[i] = *node;
	}
	judged->comparison = compare_cluster(
		&judged->cluster, (const struct snapshot *const *)snapshots, &selection);
	for (size_t i = 0; i < count; i++)
		snapshot_free(snapshots[i]);
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_finding(const struct finding *a, const struct finding *b)
{
	return a->rule == b->rule && a->verdict == b->verdict && a->severity == b->severity &&
	       a->gate == b->gate && same_text(a->subject, b->subject) &&
	       same_text(a->from, b->from) && same_text(a->to, b->to) &&
	       same_text(a->message, b->message) && same_text(a->remedy, b->remedy);
}

static bool same_findings(const struct comparison *a, const struct comparison *b)
{
	if (a->finding_count != b->finding_count || a->verdict != b->verdict)
		return false;
	for (size_t i = 0; i < a->finding_count; i++) {
		if (!same_finding(&a->findings[i], &b->findings[i]))
			return false;
	}
	return true;
}

/* About the same thing on the same nodes. */
static bool is_twin(const struct finding *a, const struct finding *b)
{
	bool twin = same_text(a->subject, b->subject) && same_text(a->from, b->from) &&
		    same_text(a->to, b->to) && a->node_count == b->node_count;
	for (size_t i = 0; twin && i < a->node_count; i++)
		twin = strcmp(a->nodes[i].node, b->nodes[i].node) == 0;
	return twin;
}

static const struct finding *find_twin(
	const struct comparison *comparison, const struct finding *finding)
{
	for (size_t i = 0; i < comparison->finding_count; i++) {
		if (is_twin(&comparison->findings[i], finding))
			return &comparison->findings[i];
	}
	return NULL;
}

static bool may_become(enum verdict before, enum verdict after)
{
	return after == before || after == VERDICT_UNKNOWN;
}

static const char *fault_of_findings(
	const struct comparison *before, const struct comparison *after, enum loss_kind kind)
{
	if (before->finding_count != after->finding_count)
		return "not monotone: a finding came or went";
	for (size_t i = 0; i < before->finding_count; i++) {
		const struct finding *finding = &before->findings[i];
		const struct finding *twin = find_twin(after, finding);
		if (!twin)
			return "not monotone: a finding went";
		if (!may_become(finding->verdict, twin->verdict))
			return "not monotone: a verdict changed";
		if (kind == LOSS_EVERYTHING && twin->verdict != VERDICT_UNKNOWN &&
			twin->verdict != VERDICT_NOT_APPLICABLE)
			return "where nothing is known something is kept or broken";
	}
	return NULL;
}

/* A node that was not reached at all has one finding for all subjects. */
static const char *fault_of_loss(
	const struct judged *before, const struct judged *after, enum loss_kind kind)
{
	const char *fault = NULL;
	if (before->unreached == after->unreached)
		fault = fault_of_findings(before->comparison, after->comparison, kind);
	if (!fault && !may_become(before->comparison->verdict, after->comparison->verdict))
		return "not monotone: the cluster's verdict changed";
	return fault;
}

/* What the rule does wrong, or NULL. */
static const char *fault_of(const struct world *world, const struct trial *trial)
{
	struct judged before, again, turned, after;
	judge(&before, world, NULL, 0);
	judge(&again, world, NULL, 0);
	judge(&turned, world, NULL, trial->turn);
	judge(&after, world, &trial->loss, 0);
	const char *fault = NULL;
	if (!same_findings(before.comparison, again.comparison))
		fault = "not determined: the same input gives other findings";
	else if (!same_findings(before.comparison, turned.comparison))
		fault = "the order of the nodes changes the findings";
	else
		fault = fault_of_loss(&before, &after, trial->loss.kind);
	comparison_free(before.comparison);
	comparison_free(again.comparison);
	comparison_free(turned.comparison);
	comparison_free(after.comparison);
	return fault;
}

/* --- what is lost ------------------------------------------------------------------------------
 */

/* What some finding asked for; sets the node. */
static const char *evidence_of(const struct judged *judged, struct arena *arena, struct loss *loss)
{
	const struct comparison *comparison = judged->comparison;
	const struct finding *finding =
		&comparison->findings[chance_below(comparison->finding_count)];
	if (finding->evidence_count == 0)
		return NULL;
	const struct evidence *evidence = &finding->evidence[chance_below(finding->evidence_count)];
	for (size_t i = 0; i < judged->cluster.node_count; i++) {
		if (strcmp(judged->cluster.nodes[i].name, evidence->node) == 0)
			loss->node = i;
	}
	return arena_text(arena, evidence->path);
}

/* A fact, or a path that the rule asked for. */
static const char *path_to_lose(const struct world *world, struct arena *arena, struct loss *loss)
{
	const struct draft *draft = &world->nodes[loss->node];
	if (chance_percent(40) && draft->count)
		return draft->items[chance_below(draft->count)].path;
	if (chance_percent(8))
		return any_word()->path;
	struct judged judged;
	judge(&judged, world, NULL, 0);
	const char *path = NULL;
	if (judged.comparison->finding_count)
		path = evidence_of(&judged, arena, loss);
	comparison_free(judged.comparison);
	return path;
}

/* The same place with another last segment: one more trustee of a list. */
static const char *beside(struct arena *arena, const char *path)
{
	const char *word = any_word()->path;
	const char *last = strrchr(path, '/'), *other = strrchr(word, '/');
	if (!last || !other)
		return path;
	return arena_format(arena, "%.*s%s", (int)(last - path), path, other);
}

static const char *above(struct arena *arena, const char *path)
{
	size_t slashes = 0, wanted;
	for (const char *at = path; *at; at++)
		slashes += *at == '/';
	if (slashes == 0)
		return path;
	wanted = 1 + chance_below(slashes);
	for (const char *at = path;; at++) {
		if (*at == '/' && --wanted == 0)
			return arena_text_n(arena, path, (size_t)(at + 1 - path));
	}
}

static struct loss choose_loss(const struct world *world, struct arena *arena)
{
	struct loss loss = {.node = chance_below(world->cluster->node_count)};
	const struct draft *draft = &world->nodes[loss.node];
	size_t kind = chance_below(100);
	if (kind < 5)
		return (struct loss){.kind = LOSS_EVERYTHING};
	if (kind < 12 && draft->coverage_count) {
		loss.kind = LOSS_WITNESS;
		loss.path = draft->coverage[chance_below(draft->coverage_count)].pattern;
		return loss;
	}
	loss.path = path_to_lose(world, arena, &loss);
	if (!loss.path)
		return (struct loss){.kind = LOSS_EVERYTHING};
	if (kind < 30)
		loss.path = beside(arena, loss.path);
	loss.kind = kind < 20 ? LOSS_BELOW : kind % 2 ? LOSS_OVERRULED : LOSS_DROPPED;
	if (loss.kind == LOSS_BELOW)
		loss.path = above(arena, loss.path);
	return loss;
}

/* --- a failing case ----------------------------------------------------------------------------
 */

/* Takes away what the fault does not need. */
static bool shrink_draft(const struct world *world, struct draft *draft, const struct trial *trial,
	const char *fault)
{
	size_t size = draft->count + draft->coverage_count;
	for (size_t i = draft->count; i-- > 0;) {
		struct item item = draft->items[i];
		draft_remove(draft, i);
		if (!same_text(fault_of(world, trial), fault))
			draft_put(draft, item);
	}
	for (size_t i = draft->coverage_count; i-- > 0;) {
		struct coverage entry = draft->coverage[i];
		draft_uncover(draft, i);
		if (!same_text(fault_of(world, trial), fault))
			draft_cover(draft, entry.pattern, entry.read);
	}
	return draft->count + draft->coverage_count < size;
}

static void shrink(struct world *world, const struct trial *trial, const char *fault)
{
	bool shrunk = true;
	while (shrunk) {
		shrunk = false;
		for (size_t i = 0; i < world->cluster->node_count; i++)
			shrunk |= shrink_draft(world, &world->nodes[i], trial, fault);
	}
}

static void print_findings(
	const char *label, const struct world *world, const struct loss *loss, size_t turn)
{
	struct judged judged;
	judge(&judged, world, loss, turn);
	const struct comparison *comparison = judged.comparison;
	printf("%s: %s\n", label, verdict_name(comparison->verdict));
	for (size_t i = 0; i < comparison->finding_count; i++) {
		const struct finding *finding = &comparison->findings[i];
		printf("  %s %s \"%s\" %s %s: %s\n", verdict_name(finding->verdict),
			severity_name(finding->severity), finding->subject,
			finding->from ? finding->from : finding->nodes[0].node,
			finding->to ? finding->to : "", finding->message);
	}
	comparison_free(judged.comparison);
}

static void print_trial(const struct world *world, const struct trial *trial)
{
	static const char *const kinds[] = {
		[LOSS_OVERRULED] = "what is overruled by unknown, staying there:",
		[LOSS_DROPPED] = "what is unknown and gone:",
		[LOSS_BELOW] = "whether there is more below",
		[LOSS_WITNESS] = "that somebody read",
	};
	if (trial->loss.kind == LOSS_EVERYTHING)
		printf("lost: everything\n");
	else
		printf("lost on %s: %s %s\n", world->cluster->nodes[trial->loss.node].name,
			kinds[trial->loss.kind], trial->loss.path);
	print_findings("before", world, NULL, 0);
	print_findings("after", world, &trial->loss, 0);
	print_findings("with the nodes in another order", world, NULL, trial->turn);
}

static void print_world(const struct world *world)
{
	struct error error = {0};
	for (size_t i = 0; i < world->cluster->node_count; i++) {
		const char *name = world->cluster->nodes[i].name;
		struct snapshot *snapshot = build(&world->nodes[i], name, NULL);
		printf("%s.json:%s\n", name, snapshot ? "" : " none");
		if (snapshot)
			snapshot_write(snapshot, stdout, &error);
		snapshot_free(snapshot);
	}
}

/* --- cases -------------------------------------------------------------------------------------
 */

/* False where the rule fails. */
static bool try_case(struct world *world, const struct rule *rule, size_t number)
{
	auto_arena struct arena *arena = arena_new();
	world_begin(world, rule);
	for (size_t i = chance_below(MAX_MUTATIONS + 1); i > 0; i--)
		world_mutate(world);
	const struct trial trial = {.loss = choose_loss(world, arena),
		.turn = 1 + chance_below(world->cluster->node_count)};
	const char *fault = fault_of(world, &trial);
	if (!fault)
		return true;
	shrink(world, &trial, fault);
	printf("--- %s: %s (case %zu)\ninventory: %s/inventory.json\n", rule->id, fault, number,
		world->fixture->folder);
	print_trial(world, &trial);
	print_world(world);
	return false;
}

static size_t run_cases(size_t cases)
{
	static bool failed[MAX_RULES];
	static struct world world;
	size_t rules = 0, failures = 0;
	while (rule_catalogue[rules])
		rules++;
	if (rules > MAX_RULES)
		fixtures_refuse("there are more rules than this test expects");
	for (size_t i = 0; i < cases; i++) {
		size_t rule = i % rules;
		if (failed[rule] || try_case(&world, rule_catalogue[rule], i))
			continue;
		failed[rule] = true;
		failures++;
	}
	world_release(&world);
	printf("%zu cases, %zu rules, %zu of them failed\n", cases, rules, failures);
	return failures;
}

static uint64_t number_at(int count, char **words, int i, uint64_t otherwise)
{
	uint64_t number = otherwise;
	if (i < count && !number_read(words[i], strlen(words[i]), 10, SIZE_MAX, &number))
		fixtures_refuse("usage: monotone [CASES [SEED [FOLDER]]]");
	return number;
}

int main(int count, char **words)
{
	json_setup();
	size_t cases = number_at(count, words, 1, 20000);
	chance_seed(number_at(count, words, 2, 1));
	fixtures_load(count > 3 ? words[3] : "tests/rules");
	size_t failures = run_cases(cases);
	fixtures_free();
	return failures ? 1 : 0;
}
