/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_REGISTRY_TEXT_H
#define COLLECTORS_REGISTRY_TEXT_H

#include "collectors/registry.h"

/*
 * Between the readers of registry text (registry_reg.c, registry_query.c) and the tree. For nobody
 * else: others want collectors/registry.h.
 */
enum registry_form {
	REGISTRY_FORM_NONE,
	REGISTRY_FORM_REG, /* .reg, of either version: each header line says which */
	REGISTRY_FORM_QUERY,
};
enum registry_form registry_form(struct bytes content);

#define REGISTRY_HEADER_5 "Windows Registry Editor Version 5.00"
#define REGISTRY_HEADER_4 "REGEDIT4"
#define REGISTRY_HEADER_QUERY "! REG.EXE VERSION "

/* A tree that grows; errors go to `error` with their line. */
struct registry_builder;
struct registry_builder *registry_builder_new(struct arena *arena, struct error *error);
void registry_builder_free(struct registry_builder **builder);
#define auto_registry_builder __attribute__((cleanup(registry_builder_free)))

/* A header: what follows begins with a key of its own. */
void registry_builder_part(struct registry_builder *builder);

/* Values that follow belong to this key. `removed`: the text asks for its removal. */
int registry_builder_key(
	struct registry_builder *builder, struct text path, unsigned line, bool removed);

/* Where a value stands in the decoded text, quotation marks and all. */
struct registry_source {
	struct text name;
	struct text data;
};

/*
 * Adds a value to the key that was opened last: its type, data and line as given, its name from
 * `name`. Where Windows keeps a secret in such a value, what was decoded and its source are wiped.
 */
int registry_builder_value(struct registry_builder *builder, struct registry_value *value,
	struct text name, const struct registry_source *source);
/* The value is taken away from the key that was opened last, if it was there. */
int registry_builder_no_value(struct registry_builder *builder, struct text name, unsigned line,
	const struct registry_source *source);

/* Not understood, and so nothing to be stored. */
void registry_builder_comment(struct registry_builder *builder, struct text source);

/* What was withheld, by its place in the decoded text: for blanking (registry_blank.c). */
enum registry_place_kind {
	REGISTRY_PLACE_DATA,
	REGISTRY_PLACE_NAME,
	REGISTRY_PLACE_KEY,
	REGISTRY_PLACE_COMMENT,
};
struct registry_place {
	enum registry_place_kind kind;
	struct text source; /* wiped meanwhile */
	uint32_t type;	    /* of data */
};

/* How reg query ends, and a .reg file; see struct registry. */
void registry_builder_remark(struct registry_builder *builder, unsigned line);
void registry_builder_ending(
	struct registry_builder *builder, unsigned unfinished, bool empty_line);
struct registry *registry_builder_finish(struct registry_builder *builder, bool query);

/* The content as text, for the readers; a copy of its own each time. */
int registry_text(
	struct arena *arena, struct bytes content, struct text *text, struct error *error);
struct registry *registry_parse(
	struct arena *arena, enum registry_form form, struct text text, struct error *error);
/* format->blank */
struct bytes registry_blank(struct arena *arena, struct bytes content);

/* Both readers take the whole decoded text, which is the arena's own copy. */
int registry_read_reg(struct registry_builder *builder, struct arena *arena, struct text text,
	struct error *error);
int registry_read_query(struct registry_builder *builder, struct arena *arena, struct text text,
	struct error *error);

/* Bytes of a value as its type means them. `wide`: texts are UTF-16LE, otherwise code page 1252. */
void registry_value_decode(
	struct arena *arena, struct registry_value *value, struct bytes bytes, bool wide);

/*
 * "HKLM\Software\x\" as HKEY_LOCAL_MACHINE\Software\x, each segment escaped; NULL: it begins with
 * no hive, or has an empty segment. A segment that begins like an escape behind its separator has
 * its "u" escaped, so that every backslash is one or the other.
 */
char *registry_path(struct arena *arena, struct text path);
/* The first backslash at or behind `at` that separates segments, or NULL. */
char *registry_separator(const char *at);
/* Whether the text begins with the long name of a hive that ends there. */
bool registry_begins_with_hive(struct text text);

/* Whether this value's data is a secret. `name` is escaped. */
bool registry_is_secret(const char *path, const char *name, uint32_t type);
/* Whether the value names below this key are secrets themselves. */
bool registry_names_are_secret(const char *path);
/* Whether the names of the keys directly below this key are. */
bool registry_children_are_secret(const char *path);
#define REGISTRY_SECRET_CHILDREN "\\SNMP\\Parameters\\TrapConfiguration"
/* Drops the data, and wipes it and the text that it came from. */
void registry_withhold(struct registry_value *value, struct text source);
#define REGISTRY_WITHHELD "(withheld)"

#endif
