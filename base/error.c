/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include "base/utf8.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A text that was cut must not end within a character: JSON would refuse it. */
static void drop_half_character(char *text)
{
	size_t length = strlen(text);
	size_t start = length;
	while (start > 0 && (text[start - 1] & 0xc0) == 0x80)
		start--;
	uint32_t code;
	if (start > 0 && !utf8_read(text + start - 1, length - start + 1, &code))
		text[start - 1] = '\0';
}

__attribute__((format(printf, 3, 0))) static void write_text(
	char *text, size_t size, const char *format, va_list values)
{
	int length = vsnprintf(text, size, format, values);
	assert(length >= 0);
	if ((size_t)length >= size)
		drop_half_character(text);
}

int error_set(struct error *error, enum error_code code, const char *format, ...)
{
	assert(code != ERROR_NONE);
	if (error->code != ERROR_NONE)
		return -1;
	va_list values;
	va_start(values, format);
	write_text(error->text, sizeof error->text, format, values);
	va_end(values);
	error->code = code;
	return -1;
}

void error_context(struct error *error, const char *format, ...)
{
	if (error->code == ERROR_NONE)
		return;
	char context[sizeof error->text];
	va_list values;
	va_start(values, format);
	write_text(context, sizeof context, format, values);
	va_end(values);
	char rest[sizeof error->text];
	memcpy(rest, error->text, sizeof rest);
	int length = snprintf(error->text, sizeof error->text, "%s: %s", context, rest);
	if ((size_t)length >= sizeof error->text)
		drop_half_character(error->text);
}
