/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/property/worlds/fixtures.h"

#include "base/file.h"
#include "base/memory.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct arena *memory;
static struct fixture *fixtures; /* by rule */
static size_t fixture_count, fixture_capacity;
static struct item *vocabulary; /* by shape */
static size_t word_count, word_capacity;
static struct shape *shapes; /* by name */
static size_t shape_count;

/* --- fixtures ----------------------------------------------------------------------------------
 */

_Noreturn void fixtures_refuse(const char *why)
{
	fprintf(stderr, "monotone: %s\n", why);
	exit(1);
}

static int is_entry(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && entry->d_type != DT_REG;
}

static struct strings list(const char *folder)
{
	struct dirent **entries = NULL;
	struct strings names = {0};
	int count = scandir(folder, &entries, is_entry, alphasort);
	for (int i = 0; i < count; i++) {
		strings_add(memory, &names, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return names;
}

static void load_node(struct draft *draft, const char *path)
{
	struct error error = {0};
	draft->missing = access(path, F_OK) != 0;
	if (draft->missing)
		return;
	struct snapshot *snapshot = snapshot_read(path, &error);
	if (!snapshot)
		fixtures_refuse(error.text);
	for (size_t i = 0; i < snapshot->fact_count; i++) {
		const struct fact *fact = &snapshot->facts[i];
		draft_put(draft, (struct item){.path = arena_text(memory, fact->path),
					 .value = arena_text(memory, fact->value)});
	}
	for (size_t i = 0; i < snapshot->coverage_count; i++) {
		const struct coverage *entry = &snapshot->coverage[i];
		draft_cover(draft, arena_text(memory, entry->pattern), entry->read);
	}
	snapshot_free(snapshot);
}

static void load_fixture(const struct rule *rule, const char *folder)
{
	struct error error = {0};
	struct fixture fixture = {.folder = folder, .rule = rule};
	fixture.inventory = inventory_read(file_join(memory, folder, "inventory.json"), &error);
	if (!fixture.inventory)
		fixtures_refuse(error.text);
	fixture.cluster = &fixture.inventory->clusters[0];
	if (fixture.cluster->node_count > MAX_NODES)
		fixtures_refuse("a fixture has more nodes than this test expects");
	for (size_t i = 0; i < fixture.cluster->node_count; i++) {
		const char *name = fixture.cluster->nodes[i].name;
		load_node(&fixture.nodes[i], arena_format(memory, "%s/%s.json", folder, name));
	}
	fixtures = memory_grow(fixtures, &fixture_capacity, fixture_count + 1, sizeof fixture);
	fixtures[fixture_count++] = fixture;
}

static void load_all(const char *top)
{
	struct strings rules = list(top);
	for (size_t i = 0; i < rules.count; i++) {
		const struct rule *rule = rule_find(rules.items[i]);
		const char *folder = file_join(memory, top, rules.items[i]);
		struct strings names = list(folder);
		for (size_t k = 0; rule && k < names.count; k++)
			load_fixture(rule, file_join(memory, folder, names.items[k]));
	}
	if (fixture_count == 0)
		fixtures_refuse("there are no fixtures of rules; start it in the folder of the "
				"source tree");
}

/* --- the vocabulary ----------------------------------------------------------------------------
 */

static bool is_set(const char *segment, size_t length)
{
	static const char *const sets[] = {"allow", "deny", "group"};
	for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
		if (strlen(sets[i]) == length && memcmp(sets[i], segment, length) == 0)
			return true;
	}
	return false;
}

/* Paths are of one kind when their first and their last segments are the same, or the name of the
 * set that the last is in: "account disabled", "dcom allow". */
static const char *shape_name(const char *path)
{
	size_t first = strcspn(path, "/");
	const char *end = path + strlen(path), *last = strrchr(path, '/');
	last = last ? last + 1 : path;
	if (last - path > 1) {
		const char *set = last - 1;
		while (set > path && set[-1] != '/')
			set--;
		if (is_set(set, (size_t)(last - 1 - set))) {
			end = last - 1;
			last = set;
		}
	}
	return arena_format(memory, "%.*s %.*s", (int)first, path, (int)(end - last), last);
}

static int by_shape(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	int order = strcmp(x->shape->name, y->shape->name);
	if (order == 0)
		order = strcmp(x->path, y->path);
	return order ? order : strcmp(x->value, y->value);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct shape *)a)->name, ((const struct shape *)b)->name);
}

typedef void item_visit(struct item *item);

static void each_item(item_visit *visit)
{
	for (size_t i = 0; i < fixture_count; i++) {
		for (size_t n = 0; n < fixtures[i].cluster->node_count; n++) {
			struct draft *draft = &fixtures[i].nodes[n];
			for (size_t k = 0; k < draft->count; k++)
				visit(&draft->items[k]);
		}
	}
}

static void add_word(struct item *item)
{
	struct shape *shape = arena_alloc(memory, sizeof *shape);
	shape->name = shape_name(item->path);
	item->shape = shape;
	vocabulary = memory_grow(vocabulary, &word_capacity, word_count + 1, sizeof *vocabulary);
	vocabulary[word_count++] = *item;
}

static void settle_shape(struct item *item)
{
	item->shape = bsearch(item->shape, shapes, shape_count, sizeof *shapes, by_name);
}

static void make_vocabulary(void)
{
	each_item(add_word);
	if (word_count == 0)
		fixtures_refuse("the fixtures state no facts");
	qsort(vocabulary, word_count, sizeof *vocabulary, by_shape);
	size_t kept = 1;
	for (size_t i = 1; i < word_count; i++) {
		if (by_shape(&vocabulary[i], &vocabulary[kept - 1]) != 0)
			vocabulary[kept++] = vocabulary[i];
	}
	word_count = kept;
	shapes = memory_alloc(word_count * sizeof *shapes);
	for (size_t i = 0; i < word_count; i++) {
		const char *name = vocabulary[i].shape->name;
		if (i == 0 || strcmp(shapes[shape_count - 1].name, name) != 0)
			shapes[shape_count++] =
				(struct shape){.name = name, .items = &vocabulary[i]};
		shapes[shape_count - 1].count++;
	}
	each_item(settle_shape);
	for (size_t i = 0; i < word_count; i++)
		settle_shape(&vocabulary[i]);
}

const struct item *any_word(void)
{
	return &vocabulary[chance_below(word_count)];
}

const struct item *word_like(const struct item *item)
{
	return &item->shape->items[chance_below(item->shape->count)];
}

const struct fixture *any_fixture(const struct rule *rule)
{
	size_t first = 0, end;
	while (first < fixture_count && fixtures[first].rule != rule)
		first++;
	for (end = first; end < fixture_count && fixtures[end].rule == rule;)
		end++;
	if (first == end || chance_percent(10))
		return &fixtures[chance_below(fixture_count)];
	return &fixtures[first + chance_below(end - first)];
}

const struct draft *any_draft(const struct rule *rule)
{
	const struct fixture *fixture = any_fixture(rule);
	return &fixture->nodes[chance_below(fixture->cluster->node_count)];
}

void fixtures_load(const char *folder)
{
	memory = arena_new();
	load_all(folder);
	make_vocabulary();
}

void fixtures_free(void)
{
	for (size_t i = 0; i < fixture_count; i++) {
		for (size_t n = 0; n < MAX_NODES; n++)
			draft_release(&fixtures[i].nodes[n]);
		inventory_free(fixtures[i].inventory);
	}
	memory_free(fixtures);
	memory_free(vocabulary);
	memory_free(shapes);
	arena_free(memory);
}
