/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_INVENTORY_H
#define TESTS_UNIT_INVENTORY_H

#include "base/buffer.h"
#include "base/file.h"
#include "inventory/inventory.h"

#include "tests/test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Inventories as text, for the tests of what is read and of what is refused. */

#define FOLDER "tests/unit/inventory/"
#define AGENT "{0C0A3666-30C9-11D0-8F20-00805F2CD064}"

static const char *const two_nodes = "{\"name\":\"A\",\"role\":\"primary\",\"files\":\"A\"},"
				     "{\"name\":\"B\",\"role\":\"backup\",\"files\":\"B\"}";

/* A file of its own with that content; the caller removes it. */
static inline char *written(struct arena *arena, const char *content)
{
	char *path = arena_text(arena, "/tmp/standby-inventory-XXXXXX");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, strlen(content)), strlen(content));
	close(fd);
	return path;
}

static inline char *inventory_of(struct arena *arena, const char *clusters)
{
	return arena_format(arena, "{\"version\":1,\"clusters\":[%s]}", clusters);
}

/* One cluster of two good nodes with these members beside. */
static inline char *cluster_with(struct arena *arena, const char *members)
{
	return inventory_of(arena, arena_format(arena, "{\"name\":\"c\",\"nodes\":[%s]%s%s}",
					   two_nodes, *members ? "," : "", members));
}

static inline char *cluster_of_nodes(struct arena *arena, const char *nodes)
{
	return inventory_of(arena, arena_format(arena, "{\"name\":\"c\",\"nodes\":[%s]}", nodes));
}

/* The two, and a third one. */
static inline char *third_node(struct arena *arena, const char *name, const char *files)
{
	return cluster_of_nodes(arena,
		arena_format(arena, "%s,{\"name\":\"%s\",\"role\":\"backup\",\"files\":\"%s\"}",
			two_nodes, name, files));
}

static inline struct inventory *read_text(struct arena *arena, const char *content)
{
	struct error error = {0};
	char *path = written(arena, content);
	struct inventory *inventory = inventory_read(path, &error);

	unlink(path);
	if (!inventory)
		fail_msg("%s", error.text);
	return inventory;
}

static inline struct strings mistakes_of(struct arena *arena, const char *content)
{
	struct strings mistakes = {0};
	char *path = written(arena, content);
	size_t count = inventory_check(path, arena, &mistakes);

	unlink(path);
	assert_int_equal(count, mistakes.count);
	return mistakes;
}

/* There is exactly one mistake, and it begins so. */
static inline void assert_mistake(struct arena *arena, const char *content, const char *start)
{
	struct strings mistakes = mistakes_of(arena, content);

	if (mistakes.count != 1 || strncmp(mistakes.items[0], start, strlen(start)) != 0)
		fail_msg("%zu mistakes, expected \"%s\", got \"%s\"", mistakes.count, start,
			mistakes.count ? mistakes.items[0] : "");
}

static inline void assert_good(struct arena *arena, const char *content)
{
	struct strings mistakes = mistakes_of(arena, content);

	if (mistakes.count != 0)
		fail_msg("%s", mistakes.items[0]);
}

static inline char *shown(struct arena *arena, const struct inventory *inventory)
{
	char *text = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&text, &length);

	assert_int_equal(inventory_show(inventory, file), 0);
	fclose(file);
	char *copy = arena_text_n(arena, text, length);
	free(text);
	return copy;
}

static inline char *content_of(struct arena *arena, const char *path)
{
	auto_buffer struct buffer buffer = BUFFER_INIT(1 << 20);
	struct error error = {0};

	if (file_read(path, &buffer, NULL, &error) != 0)
		fail_msg("%s", error.text);
	return arena_text_n(arena, buffer.data, buffer.length);
}

#endif
