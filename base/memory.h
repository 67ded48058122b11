/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>
#include <stdio.h>

/*
 * Heap memory that cannot fail: without memory the program prints one line and aborts. Everything
 * is zeroed. Release with memory_free. Most code wants an arena (base/arena.h) instead.
 */
void *memory_alloc(size_t size);
void *memory_resize(void *memory, size_t size); /* new bytes are not zeroed */
char *memory_text(const char *text);
void memory_free(void *memory);

/*
 * For an array that grows: makes room for at least `needed` items of `size` bytes, doubling
 * *capacity (in items). Returns the array, perhaps moved.
 */
void *memory_grow(void *items, size_t *capacity, size_t needed, size_t size);

/* Released at the end of the scope that declares it: auto_free char *name = ...; */
void memory_release_free(void *pointer);
void memory_release_file(FILE **file);
void memory_release_fd(const int *fd);
#define auto_free __attribute__((cleanup(memory_release_free)))
#define auto_file __attribute__((cleanup(memory_release_file)))
#define auto_fd __attribute__((cleanup(memory_release_fd)))

#endif
