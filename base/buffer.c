/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buffer.h"

#include "base/memory.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Makes room for `length` more bytes and the NUL, or says that the limit forbids it. */
static int reserve(struct buffer *buffer, size_t length)
{
	if (buffer->length > buffer->limit || length > buffer->limit - buffer->length ||
		buffer->length + length == SIZE_MAX)
		return -1;
	size_t needed = buffer->length + length + 1;
	if (needed <= buffer->capacity)
		return 0;
	size_t capacity = buffer->capacity > SIZE_MAX / 2 ? SIZE_MAX : 2 * buffer->capacity;
	if (capacity > buffer->limit)
		capacity = buffer->limit;
	if (capacity < 64)
		capacity = 64;
	if (capacity < needed)
		capacity = needed;
	buffer->data = memory_resize(buffer->data, capacity);
	buffer->capacity = capacity;
	return 0;
}

int buffer_append(struct buffer *buffer, const void *data, size_t length)
{
	if (reserve(buffer, length) != 0)
		return -1;
	if (length)
		memcpy(buffer->data + buffer->length, data, length);
	buffer->length += length;
	buffer->data[buffer->length] = '\0';
	return 0;
}

int buffer_text(struct buffer *buffer, const char *text)
{
	return buffer_append(buffer, text, strlen(text));
}

int buffer_format(struct buffer *buffer, const char *format, ...)
{
	va_list values, again;
	va_start(values, format);
	va_copy(again, values);
	int length = vsnprintf(NULL, 0, format, values);
	va_end(values);
	assert(length >= 0);
	int result = reserve(buffer, (size_t)length);
	if (result == 0) {
		vsnprintf(buffer->data + buffer->length, (size_t)length + 1, format, again);
		buffer->length += (size_t)length;
	}
	va_end(again);
	return result;
}

void buffer_clear(struct buffer *buffer)
{
	buffer->length = 0;
	if (buffer->data)
		buffer->data[0] = '\0';
}

void buffer_release(struct buffer *buffer)
{
	memory_free(buffer->data);
	*buffer = (struct buffer)BUFFER_INIT(buffer->limit);
}
