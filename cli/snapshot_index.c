/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/snapshot_index.h"

#include "base/memory.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct entry {
	const char *node; /* folded */
	const char *path;
	bool named; /* by the inventory */
};

struct snapshot_index {
	struct arena *arena;
	struct entry *entries; /* by node */
	size_t count, capacity;
};

static int add_file(struct snapshot_index *index, const char *path, struct error *error)
{
	char *node = snapshot_peek_node(index->arena, path, error);
	if (!node)
		return -1;
	index->entries = arena_grow(index->arena, index->entries, &index->capacity,
		index->count + 1, sizeof *index->entries);
	index->entries[index->count++] = (struct entry){
		.node = text_fold(index->arena, node), .path = arena_text(index->arena, path)};
	return 0;
}

static int is_snapshot_name(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);
	return entry->d_name[0] != '.' && length > 5 &&
	       strcmp(entry->d_name + length - 5, ".json") == 0;
}

static int add_folder(struct snapshot_index *index, const char *path, struct error *error)
{
	struct dirent **names;
	int count = scandir(path, &names, is_snapshot_name, alphasort);
	if (count < 0)
		return error_set(error, ERROR_INPUT, "%s: %s", path, strerror(errno));
	int result =
		count ? 0 : error_set(error, ERROR_INPUT, "%s: holds no snapshot (*.json)", path);
	for (int i = 0; i < count; i++) {
		if (result == 0)
			result = add_file(index,
				arena_format(index->arena, "%s/%s", path, names[i]->d_name), error);
		free(names[i]);
	}
	free(names);
	return result;
}

static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	return strcmp(x->node, y->node);
}

static int add_all(struct snapshot_index *index, const struct strings *paths, struct error *error)
{
	for (size_t i = 0; i < paths->count; i++) {
		struct stat info;
		bool folder = stat(paths->items[i], &info) == 0 && S_ISDIR(info.st_mode);
		int result = folder ? add_folder(index, paths->items[i], error)
				    : add_file(index, paths->items[i], error);
		if (result != 0)
			return -1;
	}
	qsort(index->entries, index->count, sizeof *index->entries, compare_entries);
	for (size_t i = 1; i < index->count; i++) {
		if (strcmp(index->entries[i - 1].node, index->entries[i].node) == 0)
			return error_set(error, ERROR_INPUT,
				"%s and %s are both of one node; name only one of them",
				index->entries[i - 1].path, index->entries[i].path);
	}
	return 0;
}

struct snapshot_index *snapshot_index_new(const struct strings *paths, struct error *error)
{
	struct snapshot_index *index = memory_alloc(sizeof *index);
	index->arena = arena_new();
	if (add_all(index, paths, error) == 0)
		return index;
	snapshot_index_free(index);
	return NULL;
}

void snapshot_index_free(struct snapshot_index *index)
{
	arena_free(index->arena);
	memory_free(index);
}

static struct entry *find_entry(const struct snapshot_index *index, const char *node)
{
	auto_arena struct arena *arena = arena_new();
	const struct entry key = {.node = text_fold(arena, node)};
	return bsearch(&key, index->entries, index->count, sizeof key, compare_entries);
}

const char *snapshot_index_find(const struct snapshot_index *index, const char *node)
{
	const struct entry *entry = find_entry(index, node);
	return entry ? entry->path : NULL;
}

struct snapshot *snapshot_index_read(const char *path, const char *node, struct error *error)
{
	struct snapshot *snapshot = snapshot_read(path, error);
	if (!snapshot || text_same(snapshot->node, node))
		return snapshot;
	error_set(error, ERROR_INPUT, "%s: is a snapshot of %s, not of %s as its end says", path,
		snapshot->node, node);
	snapshot_free(snapshot);
	return NULL;
}

void snapshot_index_warn(
	struct snapshot_index *index, const struct inventory *inventory, FILE *file)
{
	for (size_t c = 0; c < inventory->cluster_count; c++) {
		const struct cluster *cluster = &inventory->clusters[c];
		for (size_t i = 0; i < cluster->node_count; i++) {
			struct entry *entry = find_entry(index, cluster->nodes[i].name);
			if (entry)
				entry->named = true;
		}
	}
	for (size_t i = 0; i < index->count; i++) {
		if (!index->entries[i].named)
			fprintf(file,
				"standby compare: %s: the inventory names no such node; not "
				"compared\n",
				index->entries[i].path);
	}
}
