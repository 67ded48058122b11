/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/property/worlds/draft.h"

#include "base/memory.h"

#include <string.h>

/* --- drafts ------------------------------------------------------------------------------------
 */

struct item *draft_find(struct draft *draft, const char *path)
{
	for (size_t i = 0; i < draft->count; i++) {
		if (strcmp(draft->items[i].path, path) == 0)
			return &draft->items[i];
	}
	return NULL;
}

void draft_put(struct draft *draft, struct item item)
{
	struct item *known = draft_find(draft, item.path);
	if (known) {
		known->value = item.value;
		return;
	}
	draft->items =
		memory_grow(draft->items, &draft->capacity, draft->count + 1, sizeof *draft->items);
	draft->items[draft->count++] = item;
}

void draft_cover(struct draft *draft, const char *pattern, bool read)
{
	draft->coverage = memory_grow(draft->coverage, &draft->coverage_capacity,
		draft->coverage_count + 1, sizeof *draft->coverage);
	draft->coverage[draft->coverage_count++] =
		(struct coverage){.pattern = pattern, .read = read, .why = "made unknown"};
}

void draft_remove(struct draft *draft, size_t i)
{
	draft->items[i] = draft->items[--draft->count];
}

void draft_uncover(struct draft *draft, size_t i)
{
	draft->coverage[i] = draft->coverage[--draft->coverage_count];
}

void draft_merge(struct draft *draft, const struct draft *other)
{
	for (size_t i = 0; i < other->count; i++)
		draft_put(draft, other->items[i]);
	for (size_t i = 0; i < other->coverage_count; i++)
		draft_cover(draft, other->coverage[i].pattern, other->coverage[i].read);
}

void draft_copy(struct draft *draft, const struct draft *other)
{
	draft->missing = other->missing;
	draft->count = draft->coverage_count = 0;
	draft_merge(draft, other);
}

void draft_release(struct draft *draft)
{
	memory_free(draft->items);
	memory_free(draft->coverage);
}

/* --- chance ------------------------------------------------------------------------------------
 */

static uint64_t chance;

void chance_seed(uint64_t seed)
{
	chance = seed;
}

/* splitmix64. */
size_t chance_below(size_t count)
{
	uint64_t z = chance += 0x9e3779b97f4a7c15U;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return (size_t)((z ^ (z >> 31)) % count);
}

bool chance_percent(size_t share)
{
	return chance_below(100) < share;
}
