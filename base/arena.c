/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include "base/memory.h"

#include <assert.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define ALIGNMENT ((size_t)16)
#define FIRST_CHUNK ((size_t)4 << 10)
#define LAST_CHUNK ((size_t)1 << 20)
#define OWN_CHUNK (LAST_CHUNK / 4)

struct chunk {
	struct chunk *next;
	alignas(ALIGNMENT) char data[];
};

struct arena {
	struct chunk *chunks; /* the first is the one that is being filled, or a large one */
	char *at;
	char *end;
	size_t next_size;
};

struct arena *arena_new(void)
{
	struct arena *arena = memory_alloc(sizeof *arena);
	arena->next_size = FIRST_CHUNK;
	return arena;
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	for (struct chunk *chunk = arena->chunks; chunk;) {
		struct chunk *next = chunk->next;
		memory_free(chunk);
		chunk = next;
	}
	memory_free(arena);
}

void arena_release(struct arena **arena)
{
	arena_free(*arena);
}

static char *add_chunk(struct arena *arena, size_t size)
{
	size_t whole;
	/* A size that overflows is memory that does not exist. */
	if (__builtin_add_overflow(size, sizeof(struct chunk), &whole))
		whole = SIZE_MAX;
	struct chunk *chunk = memory_alloc(whole);
	chunk->next = arena->chunks;
	arena->chunks = chunk;
	return chunk->data;
}

static void *alloc_slow(struct arena *arena, size_t size)
{
	if (size > OWN_CHUNK)
		return add_chunk(arena, size);
	while (size > arena->next_size)
		arena->next_size *= 2;
	char *data = add_chunk(arena, arena->next_size);
	arena->at = data + size;
	arena->end = data + arena->next_size;
	if (arena->next_size < LAST_CHUNK)
		arena->next_size *= 2;
	return data;
}

static inline void *alloc_from(struct arena *arena, size_t padding, size_t size)
{
	size_t left = (size_t)(arena->end - arena->at);
	if (left < padding || left - padding < size || !arena->at)
		return alloc_slow(arena, size);
	char *memory = arena->at + padding;
	arena->at = memory + size;
	return memory;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	return alloc_from(arena, -(uintptr_t)arena->at & (ALIGNMENT - 1), size);
}

void *arena_copy(struct arena *arena, const void *data, size_t size)
{
	void *copy = arena_alloc(arena, size);
	if (size)
		memcpy(copy, data, size);
	return copy;
}

char *arena_text(struct arena *arena, const char *text)
{
	return text ? arena_text_n(arena, text, strlen(text)) : NULL;
}

char *arena_text_n(struct arena *arena, const char *text, size_t length)
{
	assert(length < SIZE_MAX);
	char *copy = alloc_from(arena, 0, length + 1);
	if (length)
		memcpy(copy, text, length);
	return copy;
}

char *arena_format(struct arena *arena, const char *format, ...)
{
	char small[256];
	va_list values, again;
	va_start(values, format);
	va_copy(again, values);
	int length = vsnprintf(small, sizeof small, format, values);
	va_end(values);
	assert(length >= 0);
	char *text;
	if ((size_t)length < sizeof small) {
		text = arena_text_n(arena, small, (size_t)length);
	} else {
		text = alloc_from(arena, 0, (size_t)length + 1);
		vsnprintf(text, (size_t)length + 1, format, again);
	}
	va_end(again);
	return text;
}

void *arena_grow(struct arena *arena, void *items, size_t *capacity, size_t count, size_t item_size)
{
	if (count <= *capacity)
		return items;
	size_t room = *capacity ? *capacity : 8;
	while (room < count)
		room = room > SIZE_MAX / 2 ? count : 2 * room;
	size_t size;
	if (__builtin_mul_overflow(room, item_size, &size))
		size = SIZE_MAX;
	void *grown = arena_alloc(arena, size);
	if (*capacity)
		memcpy(grown, items, *capacity * item_size);
	*capacity = room;
	return grown;
}

void strings_add(struct arena *arena, struct strings *strings, const char *text)
{
	strings->items = arena_grow(arena, strings->items, &strings->capacity, strings->count + 1,
		sizeof *strings->items);
	strings->items[strings->count++] = arena_text(arena, text);
}

int strings_hold(const struct strings *strings, const char *text)
{
	for (size_t i = 0; i < strings->count; i++)
		if (strcmp(strings->items[i], text) == 0)
			return 1;
	return 0;
}
