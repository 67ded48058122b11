/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/part.h"

#include "base/buffer.h"
#include "base/text.h"
#include "collectors/dialect.h"

#include <ctype.h>
#include <string.h>

const char *part_find(const char *probe, const char *dialect)
{
	for (const struct part *part = part_catalogue; part->probe; part++)
		if (strcmp(part->probe, probe) == 0 && strcmp(part->dialect, dialect) == 0)
			return part->text;
	return NULL;
}

/* --- placeholders ----------------------------------------------------------------------------- */

static const struct placeholder {
	const char *written;
	size_t scope; /* where in struct cluster its subjects are */
} placeholders[] = {
	{"{appid}", offsetof(struct cluster, applications)},
	{"{clsid}", offsetof(struct cluster, classes)},
	{"{location}", offsetof(struct cluster, locations)},
};

static const struct placeholder *placeholder_of(const char *line)
{
	for (size_t i = 0; line && i < sizeof placeholders / sizeof *placeholders; i++)
		if (strstr(line, placeholders[i].written))
			return &placeholders[i];
	return NULL;
}

static const char *fill(
	struct arena *arena, const char *line, const char *word, const char *subject)
{
	const char *at = line ? strstr(line, word) : NULL;
	if (!at)
		return line;
	auto_buffer struct buffer out = BUFFER_INIT(1 << 20);
	for (; at; at = strstr(line, word)) {
		buffer_append(&out, line, (size_t)(at - line));
		buffer_text(&out, subject);
		line = at + strlen(word);
	}
	return buffer_text(&out, line) == 0 ? arena_text(arena, out.data) : NULL;
}

/* What means nothing to a command shell, quoted or not. */
static bool is_harmless(const char *subject)
{
	for (; *subject; subject++)
		if (!isalnum((unsigned char)*subject) && !strchr("{}-_./ ", *subject))
			return false;
	return true;
}

/* --- commands --------------------------------------------------------------------------------- */

/* A command with what comes instead of it where it fails. */
struct group {
	const char *line[2];
	const char *asks[2];
};

struct builder {
	struct arena *arena;
	struct part_command *commands;
	size_t count, capacity;
};

static void add(struct builder *builder, struct part_command command)
{
	static const char around[] = DIALECT_CMD_SYSNATIVE DIALECT_CMD_AND_END;
	size_t limit = SHELL_LINE_LIMIT - strlen(around);
	if (!command.trouble && (!command.line || strlen(command.line) > limit))
		command.trouble = "the command is longer than a command shell takes";
	if (!command.line)
		command.line = "";
	builder->commands = arena_grow(builder->arena, builder->commands, &builder->capacity,
		builder->count + 2, sizeof *builder->commands);
	builder->commands[builder->count++] = command;
	builder->commands[builder->count] = (struct part_command){0};
}

static void add_filled(
	struct builder *builder, const struct group *group, const char *word, const char *subject)
{
	const char *trouble = is_harmless(subject)
				      ? NULL
				      : "its name has characters that a command shell would take "
					"for its own";
	for (int i = 0; i < 2 && group->line[i]; i++)
		add(builder, (struct part_command){
				     .line = fill(builder->arena, group->line[i], word, subject),
				     .asks = fill(builder->arena, group->asks[i], word, subject),
				     .otherwise = i > 0,
				     .trouble = trouble,
			     });
}

static void add_group(
	struct builder *builder, const struct group *group, const struct cluster *cluster)
{
	const struct placeholder *found = NULL;
	for (int i = 0; i < 2 && !found; i++)
		found = placeholder_of(group->line[i]);
	if (!found) {
		for (int i = 0; i < 2 && group->line[i]; i++)
			add(builder, (struct part_command){.line = group->line[i],
					     .asks = group->asks[i],
					     .otherwise = i > 0});
		return;
	}
	const struct strings *scope =
		(const struct strings *)((const char *)cluster + found->scope);
	for (size_t i = 0; i < scope->count; i++)
		add_filled(builder, group, found->written, scope->items[i]);
}

const struct part_command *part_commands(
	struct arena *arena, const char *text, const struct cluster *cluster)
{
	struct builder builder = {.arena = arena};
	struct group group = {0};
	const char *asks = NULL;
	bool otherwise = false;
	struct text_lines lines = {.rest = text_of(text)};
	while (text_next_line(&lines)) {
		const char *line = arena_text_n(arena, lines.line.data, lines.line.length);
		if (!*line || text_starts(line, "rem "))
			continue;
		if (text_starts(line, "asks ")) {
			asks = line + strlen("asks ");
		} else if (strcmp(line, "else") == 0) {
			otherwise = true;
		} else {
			if (!otherwise) {
				add_group(&builder, &group, cluster);
				group = (struct group){0};
			}
			group.line[otherwise] = line;
			group.asks[otherwise] = asks;
			asks = NULL;
			otherwise = false;
		}
	}
	add_group(&builder, &group, cluster);
	static const struct part_command none[1];
	return builder.count ? builder.commands : none;
}
