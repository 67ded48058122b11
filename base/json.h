/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/*
 * Strict JSON on top of jansson: duplicate keys, NUL and depth bombs are refused; the memory that
 * jansson may hold at one time is capped (JSON_MEMORY_LIMIT), beyond it reading fails as "too
 * large". Messages give line and column, and never the text near the fault.
 */
#define JSON_MEMORY_LIMIT ((size_t)512 << 20)

void json_setup(void); /* once, before anything else touches jansson */

/* A new reference, or NULL with ERROR_INPUT: "NAME:LINE:COLUMN: what". */
json_t *json_read(struct bytes bytes, const char *name, struct error *error);

/*
 * Checking a document: every mistake is noted with its JSON pointer (RFC 6901) and checking goes
 * on. A place is a linked list on the stack, from the value up to the root:
 *	struct json_place here = {.parent = above, .key = "nodes"};
 *	struct json_place item = {.parent = &here, .index = 2};      (key NULL: an array element)
 * The root is a place with neither parent nor key.
 */
struct json_place {
	const struct json_place *parent;
	const char *key;
	size_t index;
};

struct json_check {
	struct arena *arena;	 /* the messages live here */
	struct strings mistakes; /* "/clusters/0/name: must be a text" */
};

char *json_pointer(struct arena *arena, const struct json_place *place);
void json_mistake(struct json_check *check, const struct json_place *place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Notes every key of `object` that is not among the NULL-terminated names. */
void json_known_keys(struct json_check *check, const struct json_place *place, json_t *object,
	const char *const *names);

/*
 * A member of an object with its type checked; notes a mistake (missing, wrong type) and returns
 * NULL. With `required` false a missing member is NULL without a mistake. Borrowed.
 */
json_t *json_member(struct json_check *check, const struct json_place *place, json_t *object,
	const char *key, json_type type, bool required);
/* The same for a text: it must not be empty and is valid UTF-8 by jansson. */
const char *json_member_text(struct json_check *check, const struct json_place *place,
	json_t *object, const char *key, bool required);

/* Demands {"version": 1}. */
void json_version(struct json_check *check, const struct json_place *place, json_t *object);

/* The first mistake as an error of code ERROR_INPUT, "NAME: POINTER: what"; 0 if there is none. */
int json_check_result(const struct json_check *check, const char *name, struct error *error);

/*
 * Writes as all our JSON is written: two spaces, keys sorted, UTF-8. `depth` is how many levels
 * the value stands inside (its lines after the first are indented by it). No final newline.
 */
int json_write(FILE *file, json_t *value, unsigned depth);

/* New references; text is expected to be UTF-8 (NULL gives null). */
json_t *json_of_text(const char *text);

void json_release(json_t **value);
#define auto_json __attribute__((cleanup(json_release)))

#endif
