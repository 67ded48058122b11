/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/identity.h"

#include "base/text.h"
#include "collectors/identity_read.h"

#include <string.h>

/* --- recognising -------------------------------------------------------------------------------
 */

/* How far into a text is looked for what it is. */
#define HEAD_MAX ((size_t)64 << 10)

static struct bytes behind_mark(struct bytes content)
{
	static const char mark[] = "\xef\xbb\xbf";
	size_t length = sizeof mark - 1;
	if (content.length < length || memcmp(content.data, mark, length) != 0)
		return content;
	return (struct bytes){content.data + length, content.length - length};
}

static bool is_blank(unsigned char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t behind_blanks(struct bytes text, size_t at)
{
	while (at < text.length && is_blank(text.data[at]))
		at++;
	return at;
}

/* The index of the quote that ends the text which begins behind `at`, or the end. */
static size_t end_of_text(struct bytes text, size_t at)
{
	for (at++; at < text.length && text.data[at] != '"'; at++)
		if (text.data[at] == '\\')
			at++;
	return at < text.length ? at : text.length;
}

static bool is_ours(const unsigned char *key, size_t length)
{
	static const char *const keys[] = {"computer", "accounts", "credentials"};
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (strlen(keys[i]) == length && memcmp(keys[i], key, length) == 0)
			return true;
	return false;
}

/* An object with one of these keys at its top: no other JSON of ours has one. */
static bool recognise(struct bytes content)
{
	struct bytes text = behind_mark(content);
	if (text.length > HEAD_MAX)
		text.length = HEAD_MAX;
	size_t at = behind_blanks(text, 0), depth = 0;
	if (at == text.length || text.data[at] != '{')
		return false;
	for (; at < text.length; at++) {
		unsigned char c = text.data[at];
		depth += c == '{' || c == '[';
		depth -= (c == '}' || c == ']') && depth > 0;
		if (c != '"')
			continue;
		size_t start = at + 1;
		at = end_of_text(text, at);
		size_t colon = behind_blanks(text, at + 1);
		bool key = depth == 1 && colon < text.length && text.data[colon] == ':';
		if (key && is_ours(text.data + start, at - start))
			return true;
	}
	return false;
}

static bool suggests(const char *file_name)
{
	const char *slash = strrchr(file_name, '/');
	return text_same(slash ? slash + 1 : file_name, "identity.json");
}

/* --- decoding ----------------------------------------------------------------------------------
 */

/* ":3:5: what" of base/json.h as "line 3, column 5: what". */
static int refuse_syntax(const struct error *fault, struct error *error)
{
	static const char digits[] = "0123456789";
	const char *line = fault->text + strspn(fault->text, ":");
	size_t line_length = strspn(line, digits);
	const char *column = line + line_length + (line[line_length] == ':');
	size_t column_length = strspn(column, digits);
	if (!line_length || !column_length)
		return error_set(error, ERROR_INPUT, "line 1: %s", line + strspn(line, " "));
	return error_set(error, ERROR_INPUT, "line %.*s, column %.*s%s", (int)line_length, line,
		(int)column_length, column, column + column_length);
}

static void read_document(struct identity_reader *reader, json_t *document)
{
	static const char *const keys[] = {"version", "node", "collected", "computer",
		"accounts-complete", "accounts", "credentials", "logon", NULL};
	static const struct identity_member collected = {
		"collected", NULL, identity_is_time, "a time like 2026-11-21T10:00:00Z", false};
	json_known_keys(&reader->check, &identity_root, document, keys);
	json_version(&reader->check, &identity_root, document);
	identity_text(reader, &identity_root, document, &collected);
	identity_read_computer(reader, document);
	identity_read_accounts(reader, document);
	identity_read_credentials(reader, document);
	identity_read_logons(reader, document);
}

struct identity *identity_decode(struct arena *arena, struct bytes content, struct error *error)
{
	struct error fault = {0};
	auto_json json_t *document = json_read(behind_mark(content), "", &fault);
	if (!document) {
		refuse_syntax(&fault, error);
		return NULL;
	}
	struct identity_reader reader = {
		.arena = arena,
		.check = {.arena = arena},
		.identity = arena_alloc(arena, sizeof *reader.identity),
		.computer = "",
	};
	read_document(&reader, document);
	if (reader.check.mistakes.count == 0)
		return reader.identity;
	error_set(error, ERROR_INPUT, "%s", reader.check.mistakes.items[0]);
	return NULL;
}

static void *decode(struct arena *arena, struct bytes content, struct error *error)
{
	return identity_decode(arena, content, error);
}

const struct format format_identity = {
	.name = "identity",
	.file_name = "identity.json",
	.recognise = recognise,
	.suggests = suggests,
	.decode = decode,
};
