/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

/*
 * Memory that is owned together and freed together: one arena per inventory, snapshot, cluster
 * under comparison. What an arena gives lives until arena_free; nothing in it is freed alone.
 * Cannot fail (see base/memory.h). Memory is zeroed and aligned to 16 bytes; texts need not be.
 */
struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena); /* NULL is allowed */

void *arena_alloc(struct arena *arena, size_t size);
void *arena_copy(struct arena *arena, const void *data, size_t size);
char *arena_text(struct arena *arena, const char *text);		  /* NULL gives NULL */
char *arena_text_n(struct arena *arena, const char *text, size_t length); /* terminates it */
char *arena_format(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* memory_grow for an array inside an arena: the old array is left behind when it moves. */
void *arena_grow(
	struct arena *arena, void *items, size_t *capacity, size_t count, size_t item_size);

void arena_release(struct arena **arena);
#define auto_arena __attribute__((cleanup(arena_release)))

/* A list of texts in an arena. */
struct strings {
	const char **items;
	size_t count;
	size_t capacity;
};
void strings_add(struct arena *arena, struct strings *strings, const char *text);
int strings_hold(const struct strings *strings, const char *text); /* exact */

#endif
