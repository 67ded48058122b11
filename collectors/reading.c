/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/reading.h"

#include <stdarg.h>
#include <stdio.h>

#define WHY_LIMIT 1024

void reading_state(struct reading *reading, const char *path, const char *value, unsigned line)
{
	reading->statements =
		arena_grow(reading->arena, reading->statements, &reading->statement_capacity,
			reading->statement_count + 1, sizeof *reading->statements);
	reading->statements[reading->statement_count++] = (struct statement){
		.path = arena_text(reading->arena, path),
		.value = arena_text(reading->arena, value),
		.line = line,
	};
}

static void add_reach(struct reading *reading, const char *pattern, const char *why)
{
	reading->reaches = arena_grow(reading->arena, reading->reaches, &reading->reach_capacity,
		reading->reach_count + 1, sizeof *reading->reaches);
	reading->reaches[reading->reach_count++] = (struct reach){
		.pattern = arena_text(reading->arena, pattern),
		.why = arena_text(reading->arena, why),
	};
}

void reading_cover(struct reading *reading, const char *pattern)
{
	add_reach(reading, pattern, NULL);
}

void reading_unknown(struct reading *reading, const char *pattern, const char *why, ...)
{
	char text[WHY_LIMIT];
	va_list arguments;
	va_start(arguments, why);
	vsnprintf(text, sizeof text, why, arguments);
	va_end(arguments);
	add_reach(reading, pattern, text);
}
