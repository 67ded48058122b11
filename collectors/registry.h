/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_REGISTRY_H
#define COLLECTORS_REGISTRY_H

#include "base/text.h"
#include "collectors/artefact.h"
#include "collectors/reading.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Registry text: .reg files ("Windows Registry Editor Version 5.00" and REGEDIT4), the output of
 * "reg query" (columns of four blanks) and of the older REG.EXE 3.0 (tabs, "<NO NAME>"). One tree
 * of keys and values, whatever the text was.
 *
 * Keys are full paths with the long name of the hive ("HKEY_LOCAL_MACHINE\SOFTWARE\..."), compared
 * without case. Values in places where Windows keeps passwords (Winlogon\DefaultPassword, LSA
 * secrets, SAM, and any value named like one) are withheld: their data is dropped while reading.
 */
enum registry_type { /* winnt.h */
	REGISTRY_NONE = 0,
	REGISTRY_SZ = 1,
	REGISTRY_EXPAND_SZ = 2,
	REGISTRY_BINARY = 3,
	REGISTRY_DWORD = 4,
	REGISTRY_DWORD_BIG_ENDIAN = 5,
	REGISTRY_LINK = 6,
	REGISTRY_MULTI_SZ = 7,
	REGISTRY_RESOURCE_LIST = 8,
	REGISTRY_FULL_RESOURCE_DESCRIPTOR = 9,
	REGISTRY_RESOURCE_REQUIREMENTS_LIST = 10,
	REGISTRY_QWORD = 11,
};
const char *registry_type_name(uint32_t type); /* "REG_SZ"; NULL for a number of no name */

struct registry_value {
	const char *name; /* escaped; "" is the default value */
	uint32_t type;
	bool withheld;	   /* a secret: data is empty */
	bool printed;	   /* by reg query, which prints "?" for what its code page lacks */
	struct text text;  /* SZ, EXPAND_SZ, LINK: without the final NUL */
	struct text *list; /* MULTI_SZ */
	size_t list_count;
	uint64_t number;    /* DWORD, DWORD_BIG_ENDIAN, QWORD */
	bool number_known;  /* false: the text printed none, or the data had another length */
	struct bytes bytes; /* every other type, and what came as hex */
	unsigned line;
};

struct registry_key {
	const char *path; /* escaped; long hive name, no slash at the end */
	unsigned line;
	bool deleted; /* [-key] of a .reg file: asks for removal, states nothing */
	struct registry_value *values;
	size_t value_count, value_capacity;
};

struct registry {
	struct registry_key *keys; /* as in the text; sections of one key are joined */
	size_t key_count, key_capacity;
	bool query; /* output of reg query, not a .reg file */
	/*
	 * A .reg file that removes nothing and ends as regedit and reg.exe end one, with an empty
	 * line: it covers what lies below its first key. A file that was cut between two values
	 * does not end so.
	 */
	bool exported;
	unsigned remark;     /* the line in which reg query says something at its end; 0: none */
	unsigned unfinished; /* the line in which a .reg file stops without a line end; 0: none */
	struct registry_index *index;	       /* for the lookups */
	const struct registry_place *withheld; /* of registry_text.h: where secrets stood */
	size_t withheld_count;
};

extern const struct format format_registry;

/*
 * For a person who holds the text in hand: a .reg file that stops without a line end is read and
 * says so (`unfinished`). As an artefact (format_registry) it is damaged, because its last value
 * may be cut.
 */
struct registry *registry_decode(struct arena *arena, struct bytes content, struct error *error);

/*
 * A saved answer of reg query may end with the line "#asked KEY\*" (or "#asked KEY", for its whole
 * tree), which the shell wrote only because reg query ended well: as artefact->asked has it. That
 * line is cut off artefact->content and put into artefact->asked, in the arena. Such a text in the
 * code page of a console, which nobody knows any more, is decoded: beyond ASCII nothing is known.
 * Without that line nothing changes. Fails where the line stands elsewhere, is cut, or names no
 * key.
 */
int registry_take_asked(struct arena *arena, struct artefact *artefact, struct error *error);

/*
 * A value that the text holds twice is as it stands last. Lookups ignore case, and do not see keys
 * that the text removes.
 */
const struct registry_key *registry_key(const struct registry *registry, const char *path);
const struct registry_value *registry_value(
	const struct registry *registry, const char *path, const char *name);

/*
 * True when everything at and below this key would have been in the text: it lies below the first
 * key of an export (of a deleted key: never), or below one of the keys in artefact->asked, unless
 * the artefact is partial.
 *
 * "KEY\*" in artefact->asked means that KEY's values and the names of all keys directly below it
 * were asked: one of those that is not in the text is absent with all below it; what one that is
 * there holds was not asked. A key of that kind that stands in artefact->asked itself says only
 * which one was meant.
 */
bool registry_covers(
	const struct registry *registry, const struct artefact *artefact, const char *path);
/* True when all values of this key would have been in the text. */
bool registry_covers_values(
	const struct registry *registry, const struct artefact *artefact, const char *path);
/* Whether the request is not known or names this very key: a list of all keys names more. */
bool registry_meant(const struct artefact *artefact, const char *path);
/*
 * The keys directly below `path` that stand in artefact->asked, are covered and are not in the
 * text: they do not exist. *index starts at 0; the name lives in the arena.
 */
bool registry_next_absent(struct arena *arena, const struct registry *registry,
	const struct artefact *artefact, const char *path, size_t *index, const char **name);

/*
 * The keys directly below `path`, in the order of the text; *index starts at 0. A key that occurs
 * only as the parent of deeper ones counts too. The name is the last segment, lent; `key` is NULL
 * where the text has no section of its own for it.
 */
bool registry_next_child(const struct registry *registry, const char *path, size_t *index,
	const char **name, const struct registry_key **key);

/*
 * The data for people and facts: texts escaped (items of a list with \\u0000 between), numbers in
 * decimal, the rest in lower-case hex. NULL: withheld, or a number that the text does not print.
 */
char *registry_value_text(struct arena *arena, const struct registry_value *value);

/*
 * The same for facts: NULL also where there is no value, or characters that nobody could decode, or
 * that the node could not print.
 */
char *registry_fact_text(struct arena *arena, const struct registry_value *value);

/* The fact is unknown, with the reason why this value has no such text. */
void registry_unknown(
	struct reading *reading, const char *fact, const struct registry_value *value);

/* States that text as a fact; unknown where it is NULL, nothing where the value is missing. */
void registry_state(struct reading *reading, const char *fact, const struct registry_value *value);

#define HKLM "HKEY_LOCAL_MACHINE\\"

#endif
