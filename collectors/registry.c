/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/registry_text.h"

#include "base/buffer.h"
#include "base/code_page.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#define CTRL_Z 0x1a

static const char *const type_names[] = {
	[REGISTRY_NONE] = "REG_NONE",
	[REGISTRY_SZ] = "REG_SZ",
	[REGISTRY_EXPAND_SZ] = "REG_EXPAND_SZ",
	[REGISTRY_BINARY] = "REG_BINARY",
	[REGISTRY_DWORD] = "REG_DWORD",
	[REGISTRY_DWORD_BIG_ENDIAN] = "REG_DWORD_BIG_ENDIAN",
	[REGISTRY_LINK] = "REG_LINK",
	[REGISTRY_MULTI_SZ] = "REG_MULTI_SZ",
	[REGISTRY_RESOURCE_LIST] = "REG_RESOURCE_LIST",
	[REGISTRY_FULL_RESOURCE_DESCRIPTOR] = "REG_FULL_RESOURCE_DESCRIPTOR",
	[REGISTRY_RESOURCE_REQUIREMENTS_LIST] = "REG_RESOURCE_REQUIREMENTS_LIST",
	[REGISTRY_QWORD] = "REG_QWORD",
};

const char *registry_type_name(uint32_t type)
{
	return type < sizeof type_names / sizeof *type_names ? type_names[type] : NULL;
}

/* --- paths ------------------------------------------------------------------------------------ */

static const struct hive {
	const char *name;
	const char *abbreviation;
} hives[] = {
	{"HKEY_LOCAL_MACHINE", "HKLM"},
	{"HKEY_CLASSES_ROOT", "HKCR"},
	{"HKEY_CURRENT_USER", "HKCU"},
	{"HKEY_USERS", "HKU"},
	{"HKEY_CURRENT_CONFIG", "HKCC"},
	{"HKEY_PERFORMANCE_DATA", NULL},
	{"HKEY_DYN_DATA", NULL},
	{NULL, NULL},
};

static bool text_is(struct text text, const char *word)
{
	return word && text.length == strlen(word) &&
	       strncasecmp(text.data, word, text.length) == 0;
}

/* What stands before the first backslash. */
static struct text first_segment(struct text path)
{
	const char *slash = path.length ? memchr(path.data, '\\', path.length) : NULL;
	if (slash)
		path.length = (size_t)(slash - path.data);
	return path;
}

static const struct hive *find_hive(struct text segment)
{
	for (const struct hive *hive = hives; hive->name; hive++)
		if (text_is(segment, hive->name) || text_is(segment, hive->abbreviation))
			return hive;
	return NULL;
}

bool registry_begins_with_hive(struct text text)
{
	struct text segment = first_segment(text);
	const struct hive *hive = find_hive(segment);
	return hive && text_is(segment, hive->name);
}

static bool looks_escaped(const char *at)
{
	return at[0] == '\\' && at[1] == 'u' && isxdigit((unsigned char)at[2]) &&
	       isxdigit((unsigned char)at[3]) && isxdigit((unsigned char)at[4]) &&
	       isxdigit((unsigned char)at[5]);
}

char *registry_separator(const char *at)
{
	while ((at = strchr(at, '\\')) && looks_escaped(at))
		at++;
	return (char *)at;
}

static void append_segment(struct arena *arena, struct buffer *out, struct text segment)
{
	const char *piece = arena_format(arena, "\\%s", text_escape(arena, segment));
	if (!looks_escaped(piece)) {
		buffer_text(out, piece);
		return;
	}
	buffer_text(out, "\\\\u0075");
	buffer_text(out, piece + 2);
}

static bool append_segments(struct arena *arena, struct buffer *out, struct text rest)
{
	while (rest.length) {
		struct text segment = first_segment(rest);
		if (segment.length == 0)
			return false;
		append_segment(arena, out, segment);
		size_t used = segment.length + (segment.length < rest.length);
		rest = (struct text){rest.data + used, rest.length - used};
	}
	return true;
}

/* Printable ASCII in which no segment is empty or begins with "u". */
static bool is_plain(struct text text)
{
	char before = '\\';
	for (size_t i = 0; i < text.length; i++) {
		char c = text.data[i];
		if (c < 0x20 || c > 0x7e || (before == '\\' && (c == '\\' || c == 'u')))
			return false;
		before = c;
	}
	return true;
}

char *registry_path(struct arena *arena, struct text path)
{
	if (path.length && path.data[path.length - 1] == '\\')
		path.length--;
	struct text segment = first_segment(path);
	const struct hive *hive = find_hive(segment);
	if (!hive || (path.length && path.data[path.length - 1] == '\\'))
		return NULL;
	size_t used = segment.length + (segment.length < path.length);
	struct text rest = {path.data + used, path.length - used};
	if (is_plain(rest)) {
		size_t length = strlen(hive->name);
		char *plain = arena_alloc(arena, length + rest.length + 2);
		memcpy(plain, hive->name, length);
		plain[length] = rest.length ? '\\' : '\0';
		memcpy(plain + length + 1, rest.data, rest.length);
		return plain;
	}
	auto_buffer struct buffer out = BUFFER_INIT(8 * path.length + 64);
	buffer_text(&out, hive->name);
	if (!append_segments(arena, &out, rest))
		return NULL;
	return arena_text_n(arena, out.data, out.length);
}

/* Steps over what is ASCII in both and the same; false where it differs there. */
static bool same_so_far(const char **path, const char **above)
{
	for (; **above && !((**path | **above) & 0x80); ++*path, ++*above)
		if (tolower((unsigned char)**path) != tolower((unsigned char)**above))
			return false;
	return true;
}

static bool is_at_or_below(const char *path, const char *above)
{
	if (!same_so_far(&path, &above))
		return false;
	if (!*above)
		return !*path || registry_separator(path) == path;
	auto_arena struct arena *arena = arena_new();
	const char *low = text_fold(arena, path), *high = text_fold(arena, above);
	size_t length = strlen(high);
	return strncmp(low, high, length) == 0 &&
	       (low[length] == '\0' || registry_separator(low + length) == low + length);
}

/* What stands in front of a final "\\*": the names below this key were asked. */
static bool without_star(struct text asked, struct text *key)
{
	if (asked.length < 2 || memcmp(asked.data + asked.length - 2, "\\*", 2) != 0)
		return false;
	*key = (struct text){asked.data, asked.length - 2};
	return true;
}

/* The name of the key directly below `above` on the way to `path`; NULL: it is not below. */
static const char *name_below(struct arena *arena, const char *path, const char *above)
{
	size_t length = strlen(above);
	if (!is_at_or_below(path, above) || path[length] == '\0')
		return NULL;
	const char *name = path + length + 1, *end = registry_separator(name);
	return end ? arena_text_n(arena, name, (size_t)(end - name)) : arena_text(arena, name);
}

/* Whether a key has a section, or one below it has. */
static bool is_there(const struct registry *registry, const char *path)
{
	size_t index = 0;
	const char *name;
	const struct registry_key *key;
	return registry_key(registry, path) ||
	       registry_next_child(registry, path, &index, &name, &key);
}

/* Whether the names of the keys among which `path` stands were asked; *known: and decide. */
static bool names_asked(const struct registry *registry, const struct artefact *artefact,
	const char *path, bool *known)
{
	auto_arena struct arena *arena = arena_new();
	struct text above;
	*known = false;
	for (const char *const *asked = artefact->asked; *asked; asked++) {
		if (!without_star(text_of(*asked), &above))
			continue;
		const char *key = registry_path(arena, above);
		const char *name = key ? name_below(arena, path, key) : NULL;
		if (!name)
			continue;
		*known = !is_there(registry, arena_format(arena, "%s\\%s", key, name));
		return true;
	}
	return false;
}

static bool was_asked(
	const struct registry *registry, const struct artefact *artefact, const char *path)
{
	auto_arena struct arena *arena = arena_new();
	bool known;
	struct text above;
	if (!artefact || !artefact->asked || artefact->partial)
		return false;
	if (names_asked(registry, artefact, path, &known))
		return known;
	for (const char *const *asked = artefact->asked; *asked; asked++) {
		const char *key = without_star(text_of(*asked), &above)
					  ? NULL
					  : registry_path(arena, text_of(*asked));
		if (key && is_at_or_below(path, key))
			return true;
	}
	return false;
}

bool registry_covers(
	const struct registry *registry, const struct artefact *artefact, const char *path)
{
	if (registry->exported && registry->key_count > 0 &&
		is_at_or_below(path, registry->keys[0].path))
		return true;
	return was_asked(registry, artefact, path);
}

bool registry_covers_values(
	const struct registry *registry, const struct artefact *artefact, const char *path)
{
	auto_arena struct arena *arena = arena_new();
	struct text above;
	if (registry_covers(registry, artefact, path))
		return true;
	if (!artefact || artefact->partial)
		return false;
	for (const char *const *asked = artefact->asked; asked && *asked; asked++) {
		const char *key =
			without_star(text_of(*asked), &above) ? registry_path(arena, above) : NULL;
		if (key && text_same(key, path))
			return true;
	}
	return false;
}

bool registry_meant(const struct artefact *artefact, const char *path)
{
	auto_arena struct arena *arena = arena_new();
	const char *const *asked = artefact ? artefact->asked : NULL;
	bool meant = !asked;
	for (; asked && *asked && !meant; asked++) {
		const char *key = registry_path(arena, text_of(*asked));
		meant = key && text_same(key, path);
	}
	return meant;
}

bool registry_next_absent(struct arena *arena, const struct registry *registry,
	const struct artefact *artefact, const char *path, size_t *index, const char **name)
{
	while (artefact && artefact->asked && artefact->asked[*index]) {
		struct text asked = text_of(artefact->asked[(*index)++]);
		const char *key = registry_path(arena, asked);
		*name = key ? name_below(arena, key, path) : NULL;
		bool direct = *name && strlen(key) == strlen(path) + 1 + strlen(*name);
		if (direct && strcmp(*name, "*") != 0 && !is_there(registry, key) &&
			registry_covers(registry, artefact, key))
			return true;
	}
	return false;
}

/* --- values ----------------------------------------------------------------------------------- */

static struct text decode_text(struct arena *arena, struct bytes bytes, bool wide)
{
	struct text text = {"", 0};
	if (wide)
		bytes.length &= ~(size_t)1;
	text_decode(arena, bytes, wide ? TEXT_UTF16LE : TEXT_CP1252, &text, &(struct error){0});
	return text;
}

static struct text without_nul(struct text text)
{
	if (text.length && text.data[text.length - 1] == '\0')
		text.length--;
	return text;
}

/* Items end with a NUL each, and the list with one more. */
static void split_list(struct arena *arena, struct registry_value *value, struct text text)
{
	text = without_nul(without_nul(text));
	size_t count = text.length > 0;
	for (size_t i = 0; i < text.length; i++)
		count += text.data[i] == '\0';
	value->list = arena_alloc(arena, count * sizeof *value->list);
	while (value->list_count < count) {
		const char *nul = memchr(text.data, '\0', text.length);
		size_t length = nul ? (size_t)(nul - text.data) : text.length;
		value->list[value->list_count++] = (struct text){text.data, length};
		size_t used = length + (nul != NULL);
		text = (struct text){text.data + used, text.length - used};
	}
}

static void decode_number(struct registry_value *value, struct bytes bytes)
{
	value->number_known = bytes.length == (value->type == REGISTRY_QWORD ? 8 : 4);
	bool big = value->type == REGISTRY_DWORD_BIG_ENDIAN;
	for (size_t i = 0; value->number_known && i < bytes.length; i++)
		value->number = value->number << 8 | bytes.data[big ? i : bytes.length - 1 - i];
}

void registry_value_decode(
	struct arena *arena, struct registry_value *value, struct bytes bytes, bool wide)
{
	value->bytes = bytes;
	switch (value->type) {
	case REGISTRY_SZ:
	case REGISTRY_EXPAND_SZ:
	case REGISTRY_LINK:
		value->text = without_nul(decode_text(arena, bytes, wide));
		break;
	case REGISTRY_MULTI_SZ:
		split_list(arena, value, decode_text(arena, bytes, wide));
		break;
	case REGISTRY_DWORD:
	case REGISTRY_DWORD_BIG_ENDIAN:
	case REGISTRY_QWORD:
		decode_number(value, bytes);
		break;
	default:
		break;
	}
}

static char *hex_text(struct arena *arena, struct bytes bytes)
{
	static const char digits[] = "0123456789abcdef";
	char *text = arena_alloc(arena, 2 * bytes.length + 1);
	for (size_t i = 0; i < bytes.length; i++) {
		text[2 * i] = digits[bytes.data[i] >> 4];
		text[2 * i + 1] = digits[bytes.data[i] & 0xf];
	}
	return text;
}

static char *list_text(struct arena *arena, const struct registry_value *value)
{
	auto_buffer struct buffer joined = BUFFER_INIT(2 * ARTEFACT_LIMIT);
	buffer_text(&joined, "");
	for (size_t i = 0; i < value->list_count; i++) {
		if (i > 0)
			buffer_append(&joined, "", 1);
		buffer_append(&joined, value->list[i].data, value->list[i].length);
	}
	return text_escape(arena, (struct text){joined.data, joined.length});
}

char *registry_value_text(struct arena *arena, const struct registry_value *value)
{
	if (value->withheld)
		return NULL;
	switch (value->type) {
	case REGISTRY_SZ:
	case REGISTRY_EXPAND_SZ:
	case REGISTRY_LINK:
		return text_escape(arena, value->text);
	case REGISTRY_MULTI_SZ:
		return list_text(arena, value);
	case REGISTRY_DWORD:
	case REGISTRY_DWORD_BIG_ENDIAN:
	case REGISTRY_QWORD:
		if (value->number_known)
			return arena_format(arena, "%" PRIu64, value->number);
		return value->bytes.length ? hex_text(arena, value->bytes) : NULL;
	default:
		return hex_text(arena, value->bytes);
	}
}

/* Whether a text may be another one than that which is set. */
static bool is_unclear_text(const struct registry_value *value, struct text text)
{
	bool replaced = text.length && memchr(text.data, '?', text.length);
	return code_page_unclear(text) || (value->printed && replaced);
}

static bool is_unclear(const struct registry_value *value)
{
	bool unclear = is_unclear_text(value, value->text);
	for (size_t i = 0; i < value->list_count && !unclear; i++)
		unclear = is_unclear_text(value, value->list[i]);
	return unclear;
}

char *registry_fact_text(struct arena *arena, const struct registry_value *value)
{
	return value && !is_unclear(value) ? registry_value_text(arena, value) : NULL;
}

void registry_unknown(struct reading *reading, const char *fact, const struct registry_value *value)
{
	const char *why =
		value->withheld ? "is withheld"
		: is_unclear(value)
			? "has characters that the node's code page lacks, or that are in "
			  "one that is not known"
			: "is not printed";
	reading_unknown(reading, fact, "line %u: the value %s", value->line, why);
}

void registry_state(struct reading *reading, const char *fact, const struct registry_value *value)
{
	if (!value)
		return;
	const char *text = registry_fact_text(reading->arena, value);
	if (text)
		reading_state(reading, fact, text, value->line);
	else
		registry_unknown(reading, fact, value);
}

/* --- the format ------------------------------------------------------------------------------- */

#define BEGINNING 512

/* The first characters of the content, those beyond ASCII as '?'. */
static size_t read_beginning(struct bytes content, char *out)
{
	enum text_encoding encoding = text_detect(content);
	size_t step = encoding == TEXT_UTF16LE || encoding == TEXT_UTF16BE ? 2 : 1;
	size_t low = encoding == TEXT_UTF16BE, at = 0, length = 0;
	if (content.length >= 3 && content.data[0] >= 0xef)
		at = content.data[0] == 0xef ? 3 : 2;
	for (; length < BEGINNING && at + step <= content.length; at += step) {
		unsigned char c = content.data[at + low];
		bool narrow = c < 0x80 && (step == 1 || content.data[at + 1 - low] == 0);
		out[length++] = narrow ? (char)c : '?';
	}
	out[length] = '\0';
	return length;
}

enum registry_form registry_form(struct bytes content)
{
	static const char *const reg[] = {REGISTRY_HEADER_5, REGISTRY_HEADER_4};
	char text[BEGINNING + 1];
	if (content.length > BEGINNING)
		content.length = BEGINNING;
	read_beginning(content, text);
	const char *at = text + strspn(text, " \t\r\n");
	for (size_t i = 0; i < sizeof reg / sizeof *reg; i++)
		if (strncmp(at, reg[i], strlen(reg[i])) == 0)
			return REGISTRY_FORM_REG;
	if (strncmp(at, "\\\\", 2) == 0) {
		at += 2 + strcspn(at + 2, "\\");
		at += *at == '\\';
	}
	if (strncmp(at, "HKEY_", 5) == 0 || text_starts(at, REGISTRY_HEADER_QUERY))
		return REGISTRY_FORM_QUERY;
	return REGISTRY_FORM_NONE;
}

static bool recognise(struct bytes content)
{
	return registry_form(content) != REGISTRY_FORM_NONE;
}

static bool suggests(const char *file_name)
{
	size_t length = strlen(file_name);
	return length >= 4 && text_same(file_name + length - 4, ".reg");
}

/* "copy a.reg+b.reg" puts one Ctrl-Z byte behind what it joins, in UTF-16 too. */
static struct bytes without_ctrl_z(struct bytes content, enum text_encoding encoding)
{
	bool wide = encoding == TEXT_UTF16LE || encoding == TEXT_UTF16BE;
	if (content.length > 0 && content.data[content.length - 1] == CTRL_Z &&
		(!wide || content.length % 2))
		content.length--;
	return content;
}

int registry_text(struct arena *arena, struct bytes content, struct text *text, struct error *error)
{
	enum text_encoding encoding = text_detect(content);
	return text_decode(arena, without_ctrl_z(content, encoding), encoding, text, error);
}

struct registry *registry_parse(
	struct arena *arena, enum registry_form form, struct text text, struct error *error)
{
	if (form == REGISTRY_FORM_NONE) {
		error_set(error, ERROR_INPUT,
			"line 1: expected the header of a .reg file or the output of reg query");
		return NULL;
	}
	auto_registry_builder struct registry_builder *builder = registry_builder_new(arena, error);
	int result = form == REGISTRY_FORM_REG ? registry_read_reg(builder, arena, text, error)
					       : registry_read_query(builder, arena, text, error);
	if (result != 0)
		return NULL;
	return registry_builder_finish(builder, form == REGISTRY_FORM_QUERY);
}

struct registry *registry_decode(struct arena *arena, struct bytes content, struct error *error)
{
	struct text text;
	if (registry_text(arena, content, &text, error) != 0)
		return NULL;
	return registry_parse(arena, registry_form(content), text, error);
}

static void *decode(struct arena *arena, struct bytes content, struct error *error)
{
	struct registry *registry = registry_decode(arena, content, error);
	if (!registry || !registry->unfinished)
		return registry;
	error_set(error, ERROR_INPUT,
		"line %u: expected a line end, the file is cut here; export it again",
		registry->unfinished);
	return NULL;
}

/* What our requests ask ends without a remark: one may tell what could not be read. */
static const char *doubt(struct arena *arena, const void *decoded)
{
	const struct registry *registry = decoded;
	if (!registry->remark)
		return NULL;
	return arena_format(arena,
		"line %u: behind the answer stands a text, so that there may be more than was "
		"printed",
		registry->remark);
}

const struct format format_registry = {
	.name = "registry",
	.file_name = "registry.reg",
	.recognise = recognise,
	.suggests = suggests,
	.decode = decode,
	.doubt = doubt,
	.blank = registry_blank,
};
