/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_PART_H
#define COLLECTORS_PART_H

#include "collectors/artefact.h"
#include "inventory/inventory.h"

/*
 * Parts are how an artefact is obtained, in the language of the shell that runs it, beside the
 * reader: collectors/probes/ID.cmd and ID.ps1. make writes part_catalogue from them.
 *
 * A .cmd part is a list of lines, each one command that only reads:
 *	rem ...              a comment
 *	asks KEY             (registry) what the next command asks: a key and all below it; with
 *	                     \* at the end only the names of the keys directly below
 *	COMMAND              is sent as it stands; what prints anything that does not close itself
 *	                     begins with "reg ", and gets an end mark (collectors/dialect.h).
 *	                     A placeholder {appid}, {clsid}, {location} repeats the command (and
 *	                     its asks) for everything of that kind in scope
 *	else                 the next asks and COMMAND are sent only if the command before failed
 *	script NAME...       NAME.js, one behind the other, for Windows Script Host
 *	                     (collectors/dialect_cmd_script.h)
 * Output "#none" alone says that the node has no such thing, which is no failure.
 * A .ps1 part is a PowerShell script block whose output is the artefact (collectors/dialect.h).
 */
struct part {
	const char *probe;   /* id */
	const char *dialect; /* "cmd", "ps1", "js" */
	const char *text;
};
extern const struct part part_catalogue[]; /* ended by a NULL probe */
extern const char part_prelude[]; /* collectors/powershell.ps1, in front of all .ps1 parts */
const char *part_find(const char *probe, const char *dialect); /* NULL: cannot ask so */

/* One command of a .cmd part, placeholders filled. */
struct part_command {
	const char *line;
	const char *asks;    /* NULL: nothing that the format knows of */
	bool otherwise;	     /* only if the one before failed */
	const char *trouble; /* why it must not be sent, or NULL */
};

/* All commands of a .cmd part for this scope, ended by a NULL line, in the arena. */
const struct part_command *part_commands(
	struct arena *arena, const char *text, const struct cluster *cluster);

#endif
