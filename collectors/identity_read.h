/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_IDENTITY_READ_H
#define COLLECTORS_IDENTITY_READ_H

#include "base/json.h"
#include "collectors/identity.h"

/*
 * Within the decoder of identity.json: one function per section of the document. Each notes what is
 * wrong in `check` and claims what is right.
 */
struct identity_reader {
	struct arena *arena;
	struct json_check check;
	struct identity *identity;
	const char *computer; /* "" where it is missing, which is a mistake already */
};

extern const struct json_place identity_root;

void identity_read_computer(struct identity_reader *reader, json_t *document); /* first */
void identity_read_accounts(struct identity_reader *reader, json_t *document);
void identity_read_credentials(struct identity_reader *reader, json_t *document);
void identity_read_logons(struct identity_reader *reader, json_t *document);

/* The value is made printable; the path lives as long as the reader's arena. */
void identity_claim(struct identity_reader *reader, const char *path, const char *value);
void identity_claim_bool(struct identity_reader *reader, const char *path, json_t *value);
void identity_claim_none(struct identity_reader *reader, const char *pattern);
void identity_claim_unknown(struct identity_reader *reader, const char *path, const char *why);

/*
 * Whether to read no further: a mistake was noted, and the first is the one that is told, or the
 * file claims more than a node can have, which is noted. Without it a small file fills the memory.
 */
bool identity_enough(struct identity_reader *reader, const struct json_place *place);

/* A text member of an object and what it must be. */
struct identity_member {
	const char *key;
	const char *fact; /* its path pattern */
	bool (*valid)(const char *text);
	const char *must; /* "must be ..." */
	bool required;
};

/* The text, or NULL: missing or a mistake. The mistake never quotes it: it could be a password. */
const char *identity_text(struct identity_reader *reader, const struct json_place *place,
	json_t *object, const struct identity_member *member);
/* Claims it; `name` fills the placeholder of the pattern. */
void identity_claim_member(struct identity_reader *reader, const struct json_place *place,
	json_t *object, const struct identity_member *member, const char *name);

bool identity_is_time(const char *text); /* UTC, 2026-11-21T10:00:00Z */
bool identity_is_printable(struct arena *arena, const char *text);

#endif
