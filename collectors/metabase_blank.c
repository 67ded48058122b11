/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/metabase.h"

#include "base/text.h"
#include "collectors/blank.h"
#include "collectors/xml.h"

#include <string.h>

/*
 * MetaBase.xml without its secrets: the values of password properties, of whatever is marked SECURE
 * and is not a property that we show, and of the key that encrypts them; also comments and texts,
 * which nothing reads. The document is scanned in its own bytes and then, for what a scan does not
 * see (entities, odd encodings), read again: what is not blank there is not given out at all.
 */

static bool contains(const char *text, const char *word)
{
	for (; *text; text++)
		if (text_starts(text, word))
			return true;
	return false;
}

static bool is_named_like_one(const char *name)
{
	static const char *const ends[] = {"pass", "password", "passwd", "pwd", NULL};
	size_t length = strlen(name);
	for (const char *const *end = ends; *end; end++) {
		size_t tail = strlen(*end);
		if (length >= tail && text_same(name + length - tail, *end))
			return true;
	}
	return contains(name, "secret") || contains(name, "passphrase") ||
	       text_same(name, "SessionKey");
}

static bool is_secret_custom(const struct xml_element *element)
{
	const char *name = xml_attribute(element, "Name");
	const char *marks = xml_attribute(element, "Attributes");
	enum metabase_secrecy known = metabase_secrecy(name, xml_attribute(element, "ID"));
	if (known != METABASE_NOT_KNOWN)
		return known == METABASE_SECRET;
	return (name && is_named_like_one(name)) || (marks && contains(marks, "SECURE"));
}

static bool is_secret(const struct xml_element *element, const char *attribute)
{
	if (strcmp(attribute, "Value") == 0 && is_secret_custom(element))
		return true;
	enum metabase_secrecy known = metabase_secrecy(attribute, NULL);
	if (known != METABASE_NOT_KNOWN)
		return known == METABASE_SECRET;
	return is_named_like_one(attribute);
}

/* --- scanning --------------------------------------------------------------------------------- */

struct scanned_attribute {
	size_t value, end; /* units of what stands between the quotes */
};

struct scanner {
	struct arena *arena;
	struct blank blank;
	size_t at;
	struct xml_attribute *attributes; /* of the tag at hand, ended by a NULL name */
	struct scanned_attribute *places; /* of the same */
	size_t count, attribute_capacity, place_capacity;
};

static char peek(const struct scanner *scanner)
{
	return scanner->at < scanner->blank.count ? blank_at(&scanner->blank, scanner->at) : '\0';
}

static bool at_end(const struct scanner *scanner)
{
	return scanner->at >= scanner->blank.count;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool stands(const struct scanner *scanner, const char *word)
{
	for (size_t i = 0; word[i]; i++)
		if (scanner->at + i >= scanner->blank.count ||
			blank_at(&scanner->blank, scanner->at + i) != word[i])
			return false;
	return true;
}

static char *copy(const struct scanner *scanner, size_t from, size_t to)
{
	char *text = arena_alloc(scanner->arena, to - from + 1);
	for (size_t i = from; i < to; i++)
		text[i - from] = blank_at(&scanner->blank, i);
	return text;
}

static void overwrite(const struct scanner *scanner, size_t from, size_t to)
{
	for (; from < to; from++)
		blank_put(&scanner->blank, from);
}

/* A name without its prefix. */
static const char *scan_name(struct scanner *scanner)
{
	size_t from = scanner->at;
	while (!at_end(scanner) && !is_space(peek(scanner)) && !strchr("=/>", peek(scanner))) {
		if (peek(scanner) == ':')
			from = scanner->at + 1;
		scanner->at++;
	}
	return copy(scanner, from, scanner->at);
}

static void skip_spaces(struct scanner *scanner)
{
	while (is_space(peek(scanner)))
		scanner->at++;
}

static void scan_attribute(struct scanner *scanner)
{
	const char *name = scan_name(scanner);
	skip_spaces(scanner);
	scanner->at++; /* = */
	skip_spaces(scanner);
	char quote = peek(scanner);
	size_t from = ++scanner->at;
	while (!at_end(scanner) && peek(scanner) != quote)
		scanner->at++;
	scanner->attributes = arena_grow(scanner->arena, scanner->attributes,
		&scanner->attribute_capacity, scanner->count + 2, sizeof *scanner->attributes);
	scanner->places = arena_grow(scanner->arena, scanner->places, &scanner->place_capacity,
		scanner->count + 1, sizeof *scanner->places);
	scanner->attributes[scanner->count] =
		(struct xml_attribute){name, copy(scanner, from, scanner->at)};
	scanner->places[scanner->count++] = (struct scanned_attribute){from, scanner->at};
	scanner->attributes[scanner->count] = (struct xml_attribute){0};
	scanner->at++;
}

static void scan_tag(struct scanner *scanner)
{
	auto_arena struct arena *arena = arena_new();
	struct scanner tag = *scanner;
	tag.arena = arena;
	tag.at++;
	struct xml_element element = {.name = scan_name(&tag)};
	for (skip_spaces(&tag); !at_end(&tag) && peek(&tag) != '>'; skip_spaces(&tag)) {
		if (peek(&tag) == '/')
			tag.at++;
		else
			scan_attribute(&tag);
	}
	element.attributes = tag.attributes;
	for (size_t i = 0; i < tag.count; i++)
		if (is_secret(&element, tag.attributes[i].name))
			overwrite(&tag, tag.places[i].value, tag.places[i].end);
	scanner->at = tag.at + 1;
}

/* A section that another word ends. */
static void scan_section(struct scanner *scanner, size_t start, const char *end, bool keep)
{
	scanner->at += start;
	size_t from = scanner->at;
	while (!at_end(scanner) && !stands(scanner, end))
		scanner->at++;
	if (!keep)
		overwrite(scanner, from, scanner->at);
	scanner->at += strlen(end);
}

static void scan(struct scanner *scanner)
{
	while (!at_end(scanner)) {
		if (stands(scanner, "<!--")) {
			scan_section(scanner, 4, "-->", false);
		} else if (stands(scanner, "<![CDATA[")) {
			scan_section(scanner, 9, "]]>", false);
		} else if (stands(scanner, "<?")) {
			scan_section(scanner, 2, "?>", true);
		} else if (stands(scanner, "</")) {
			scan_section(scanner, 2, ">", true);
		} else if (peek(scanner) == '<') {
			scan_tag(scanner);
		} else {
			if (!is_space(peek(scanner)))
				blank_put(&scanner->blank, scanner->at);
			scanner->at++;
		}
	}
}

/* --- reading again ---------------------------------------------------------------------------- */

static bool is_blank(const char *value)
{
	while (*value == BLANK || is_space(*value))
		value++;
	return *value == '\0';
}

static int check(void *context, const struct xml_element *element, struct error *error)
{
	(void)context;
	for (const struct xml_attribute *item = element->attributes; item->name; item++)
		if (is_secret(element, item->name) && !is_blank(item->value))
			return error_set(error, ERROR_INPUT, "line %u: a secret that is not blank",
				element->line);
	return 0;
}

struct bytes metabase_blank(struct arena *arena, struct bytes content)
{
	static const struct xml_handler handler = {.start = check};
	struct error error = {0};
	struct scanner scanner = {.arena = arena, .blank = blank_begin(arena, content)};
	scan(&scanner);
	if (xml_read(scanner.blank.whole, &handler, NULL, &error) != 0)
		return (struct bytes){0};
	return scanner.blank.whole;
}
