/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *or_abort(void *memory)
{
	if (memory)
		return memory;
	fputs("standby: out of memory\n", stderr);
	abort();
}

void *memory_alloc(size_t size)
{
	return or_abort(calloc(1, size ? size : 1));
}

void *memory_resize(void *memory, size_t size)
{
	return or_abort(realloc(memory, size ? size : 1));
}

char *memory_text(const char *text)
{
	return text ? or_abort(strdup(text)) : NULL;
}

void memory_free(void *memory)
{
	free(memory);
}

void *memory_grow(void *items, size_t *capacity, size_t needed, size_t size)
{
	if (needed <= *capacity)
		return items;
	size_t count = *capacity ? *capacity : 8;
	while (count < needed)
		count = count > SIZE_MAX / 2 ? needed : 2 * count;
	char *grown = or_abort(reallocarray(items, count, size));
	memset(grown + *capacity * size, 0, (count - *capacity) * size);
	*capacity = count;
	return grown;
}

void memory_release_free(void *pointer)
{
	void *memory;
	memcpy(&memory, pointer, sizeof memory);
	memory_free(memory);
}

void memory_release_file(FILE **file)
{
	if (*file)
		fclose(*file);
}

void memory_release_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
