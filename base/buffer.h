/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include <stddef.h>

/*
 * Bytes that grow up to a limit. After the first append `data` ends with a NUL that does not count
 * in `length`. Appending beyond the limit changes nothing and returns -1: the caller says what was
 * too large. Zero-initialised with a limit set it is ready; release with buffer_release.
 */
struct buffer {
	char *data;
	size_t length;
	size_t capacity;
	size_t limit;
};

#define BUFFER_INIT(max)                                                                           \
	{                                                                                          \
		.limit = (max)                                                                     \
	}

int buffer_append(struct buffer *buffer, const void *data, size_t length);
int buffer_text(struct buffer *buffer, const char *text);
int buffer_format(struct buffer *buffer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void buffer_clear(struct buffer *buffer); /* length 0, memory kept */
void buffer_release(struct buffer *buffer);
#define auto_buffer __attribute__((cleanup(buffer_release)))

#endif
