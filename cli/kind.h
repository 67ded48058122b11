/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_KIND_H
#define CLI_KIND_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"

#include <jansson.h>
#include <stdio.h>

/*
 * A kind of thing that "standby decode KIND [FILE|-]" explains to a person who holds it in hand.
 * One file in cli/kinds/: kinds/sid.c defines "const struct kind kind_sid"; an underscore in the
 * file name is a hyphen in the kind's name.
 *
 * Passwords never come out of a decoder. Errors are ERROR_INPUT and say "line N" or "byte N".
 */
struct kind {
	const char *name;    /* "security-descriptor" */
	const char *summary; /* one line for --help: what it takes */
	/* Decodes into the arena; NULL with an error. */
	void *(*decode)(struct arena *arena, struct bytes input, struct error *error);
	/* What was decoded, for a person. */
	void (*print)(const void *decoded, FILE *file);
	/* All that was decoded; a new reference. */
	json_t *(*json)(struct arena *arena, const void *decoded);
};

extern const struct kind *const kind_catalogue[]; /* ended by NULL */

#endif
