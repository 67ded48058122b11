/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/identity_read.h"

#include "base/text.h"
#include "collectors/sid.h"
#include "inventory/vocabulary.h"

#include <string.h>

#define NAME_MAX_BYTES 63
#define CLAIMS_MAX 500000

const struct json_place identity_root;

/* --- claims ------------------------------------------------------------------------------------
 */

static void add_claim(
	struct identity_reader *reader, const char *path, const char *value, const char *why)
{
	struct identity *identity = reader->identity;
	identity->claims = arena_grow(reader->arena, identity->claims, &identity->capacity,
		identity->count + 1, sizeof *identity->claims);
	identity->claims[identity->count++] = (struct identity_claim){path, value, why};
}

void identity_claim(struct identity_reader *reader, const char *path, const char *value)
{
	add_claim(reader, path, text_escape(reader->arena, text_of(value)), NULL);
}

void identity_claim_bool(struct identity_reader *reader, const char *path, json_t *value)
{
	if (value)
		add_claim(reader, path, json_is_true(value) ? "true" : "false", NULL);
}

void identity_claim_none(struct identity_reader *reader, const char *pattern)
{
	add_claim(reader, pattern, NULL, NULL);
}

void identity_claim_unknown(struct identity_reader *reader, const char *path, const char *why)
{
	add_claim(reader, path, NULL, why);
}

bool identity_enough(struct identity_reader *reader, const struct json_place *place)
{
	if (reader->identity->count >= CLAIMS_MAX)
		json_mistake(&reader->check, place, "is more than the %d statements that are read",
			CLAIMS_MAX);
	return reader->check.mistakes.count > 0;
}

/* --- texts -------------------------------------------------------------------------------------
 */

const char *identity_text(struct identity_reader *reader, const struct json_place *place,
	json_t *object, const struct identity_member *member)
{
	const char *text =
		json_member_text(&reader->check, place, object, member->key, member->required);
	if (!text || member->valid(text))
		return text;
	struct json_place here = {.parent = place, .key = member->key};
	json_mistake(&reader->check, &here, "must be %s", member->must);
	return NULL;
}

void identity_claim_member(struct identity_reader *reader, const struct json_place *place,
	json_t *object, const struct identity_member *member, const char *name)
{
	const char *text = identity_text(reader, place, object, member);
	if (text)
		identity_claim(reader, pattern_fill(reader->arena, member->fact, name, NULL), text);
}

static bool between(const char *two_digits, int low, int high)
{
	int number = (two_digits[0] - '0') * 10 + two_digits[1] - '0';
	return number >= low && number <= high;
}

bool identity_is_time(const char *text)
{
	static const char shape[] = "dddd-dd-ddTdd:dd:ddZ";
	size_t length = sizeof shape - 1;
	if (strlen(text) != length)
		return false;
	for (size_t i = 0; i < length; i++) {
		bool digit = text[i] >= '0' && text[i] <= '9';
		if (shape[i] == 'd' ? !digit : text[i] != shape[i])
			return false;
	}
	return between(text + 5, 1, 12) && between(text + 8, 1, 31) && between(text + 11, 0, 23) &&
	       between(text + 14, 0, 59) && between(text + 17, 0, 60);
}

/* A backslash between domain and name is no escape here. */
bool identity_is_printable(struct arena *arena, const char *text)
{
	char *copy = arena_text(arena, text);
	for (char *at = copy; (at = strchr(at, '\\')); at++)
		*at = '/';
	return strcmp(text_escape(arena, text_of(copy)), copy) == 0;
}

static bool is_version(const char *text)
{
	int ignored;
	return text[strspn(text, "0123456789.")] == '\0' &&
	       version_compare(text, 0, 0, &ignored) == 0;
}

/* S-1-5-21-a-b-c: what the accounts of a computer or domain have in common. */
static bool is_sid_prefix(const char *text)
{
	static const char start[] = "S-1-5-21-";
	int hyphens = 0;
	for (const char *at = text; *at; at++)
		hyphens += *at == '-';
	return sid_is_text(text) && strncmp(text, start, sizeof start - 1) == 0 && hyphens == 6;
}

static bool is_isolation_mode(const char *text)
{
	return strcmp(text, "worker-process") == 0 || strcmp(text, "iis5") == 0;
}

static bool is_computer_name(const char *text)
{
	return strlen(text) <= NAME_MAX_BYTES && text[strcspn(text, "\\/:*?\"<>|, ")] == '\0';
}

/* --- computer ----------------------------------------------------------------------------------
 */

static const char *upper_case(struct arena *arena, const char *text)
{
	char *copy = arena_text(arena, text);
	for (char *at = copy; *at; at++)
		if (*at >= 'a' && *at <= 'z')
			*at = (char)(*at - 'a' + 'A');
	return copy;
}

static void read_name(
	struct identity_reader *reader, const struct json_place *place, json_t *document)
{
	static const struct identity_member members[] = {
		{"node", NULL, is_computer_name, "a computer name", false},
		{"name", FACT_NODE_NAME, is_computer_name, "a computer name", true},
	};
	json_t *computer = json_object_get(document, place->key);
	const char *other = identity_text(reader, &identity_root, document, &members[0]);
	const char *name = identity_text(reader, place, computer, &members[1]);
	if (!name)
		return;
	reader->computer = name;
	struct json_place here = {.parent = place, .key = members[1].key};
	if (other && !text_same(other, name))
		json_mistake(&reader->check, &here, "is another name than /node");
	identity_claim(reader, members[1].fact, upper_case(reader->arena, name));
}

static void read_domain(
	struct identity_reader *reader, const struct json_place *place, json_t *computer)
{
	if (json_is_null(json_object_get(computer, "domain"))) {
		identity_claim_none(reader, FACT_NODE_DOMAIN);
		return;
	}
	const char *domain = json_member_text(&reader->check, place, computer, "domain", false);
	if (domain)
		identity_claim(reader, FACT_NODE_DOMAIN, domain);
}

void identity_read_computer(struct identity_reader *reader, json_t *document)
{
	static const char *const keys[] = {
		"name", "domain", "sid", "os", "iis", "isolation-mode", NULL};
	static const struct identity_member members[] = {
		{"sid", FACT_NODE_SID, is_sid_prefix, "the computer's SID, S-1-5-21-a-b-c", false},
		{"os", FACT_OS_VERSION, is_version, "a version like 5.2.3790", false},
		{"iis", FACT_IIS_VERSION, is_version, "a version like 6.0", false},
		{"isolation-mode", FACT_IIS_ISOLATION, is_isolation_mode, "worker-process or iis5",
			false},
	};
	struct json_place place = {.parent = &identity_root, .key = "computer"};
	json_t *computer =
		json_member(&reader->check, &identity_root, document, place.key, JSON_OBJECT, true);
	if (!computer)
		return;
	json_known_keys(&reader->check, &place, computer, keys);
	read_name(reader, &place, document);
	read_domain(reader, &place, computer);
	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		identity_claim_member(reader, &place, computer, &members[i], NULL);
}
