/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/property/worlds/world.h"

#include <string.h>

static struct item *any_item(struct draft *draft)
{
	return draft->count ? &draft->items[chance_below(draft->count)] : NULL;
}

void world_begin(struct world *world, const struct rule *rule)
{
	const struct fixture *fixture = any_fixture(rule);
	world->rule = rule;
	world->fixture = chance_percent(90) ? fixture : any_fixture(rule);
	world->cluster = world->fixture->cluster;
	for (size_t i = 0; i < world->cluster->node_count; i++) {
		const struct draft *draft = &fixture->nodes[i % fixture->cluster->node_count];
		draft_copy(&world->nodes[i], chance_percent(90) ? draft : any_draft(rule));
	}
}

static void change_value(struct draft *draft)
{
	struct item *item = any_item(draft);
	if (item)
		item->value = chance_percent(3) ? "" : word_like(item)->value;
}

static void change_path(struct draft *draft)
{
	struct item *item = any_item(draft);
	const struct item *word = item ? word_like(item) : NULL;
	if (word && !draft_find(draft, word->path))
		item->path = word->path;
}

static void take_over(struct draft *draft, const struct draft *other)
{
	if (other->count)
		draft_put(draft, other->items[chance_below(other->count)]);
}

static void exchange(struct draft *draft, struct draft *other)
{
	struct item *item = any_item(draft);
	struct item *twin = item ? draft_find(other, item->path) : NULL;
	if (!twin)
		return;
	const char *value = item->value;
	item->value = twin->value;
	twin->value = value;
}

static void change_coverage(struct draft *draft, const struct draft *other)
{
	struct item *item = any_item(draft);
	size_t at = draft->coverage_count ? chance_below(draft->coverage_count) : 0;
	struct coverage *entry = draft->coverage_count ? &draft->coverage[at] : NULL;
	switch (chance_below(5)) {
	case 0:
		if (entry)
			draft_uncover(draft, at);
		break;
	case 1:
		if (entry)
			entry->read = !entry->read;
		break;
	case 2:
		if (item)
			draft_cover(draft, item->path, chance_percent(20));
		break;
	case 3:
		draft_cover(draft, chance_percent(97) ? any_word()->path : "", false);
		break;
	default:
		if (other->coverage_count) {
			entry = &other->coverage[chance_below(other->coverage_count)];
			draft_cover(draft, entry->pattern, entry->read);
		}
	}
}

void world_mutate(struct world *world)
{
	size_t count = world->cluster->node_count, i = chance_below(count);
	struct draft *draft = &world->nodes[i], *other = &world->nodes[(i + 1) % count];
	if (draft->missing)
		return;
	switch (chance_below(11)) {
	case 0:
	case 1:
	case 2:
		change_value(draft);
		break;
	case 3:
		change_path(draft);
		break;
	case 4:
		if (draft->count)
			draft_remove(draft, chance_below(draft->count));
		break;
	case 5:
		take_over(draft, other);
		break;
	case 6:
		take_over(draft, any_draft(world->rule));
		break;
	case 7:
		exchange(draft, other);
		break;
	case 8:
		if (chance_percent(20))
			draft_merge(draft, any_draft(world->rule));
		break;
	default:
		change_coverage(draft, any_draft(world->rule));
	}
}

void world_release(struct world *world)
{
	for (size_t i = 0; i < MAX_NODES; i++)
		draft_release(&world->nodes[i]);
}
