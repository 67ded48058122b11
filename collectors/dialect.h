/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_DIALECT_H
#define COLLECTORS_DIALECT_H

#include "collectors/probe.h"
#include "collectors/recording.h"
#include "collectors/shell.h"

/*
 * How probes ask through a shell. The node is asked which shell it has: "echo %ComSpec% $PSHOME"
 * is answered differently by cmd.exe, PowerShell and others, in no language.
 *
 * cmd          each command of a .cmd part is one execution; its standard output is the artefact.
 *              Decided by exit code and type tokens, never by words: exit 0 and nothing printed is
 *              a failure. What is printed is in the console's code page.
 * PowerShell   all .ps1 parts are one script, sent base64 on the first line of standard input behind
 *              a bootstrap without quotes; the key is the second line and no part of the script.
 *              Replies are frames in ASCII:
 *                  #standby 1
 *                  #frame PROBE ok|error LENGTH      LENGTH bytes, base64 in lines of 76
 *                  <base64>
 *                  #end COUNT                        COUNT frames
 *              Lines before "#standby" and between frames are noise and ignored; a frame of another
 *              length, or no end with the right count, and everything unframed is an error.
 */
struct dialect_scope {
	const struct cluster *cluster;
	const struct probe *const *probes; /* ended by NULL */
	const struct secret *key;	   /* of the run; NULL: no fingerprints */
	struct recorder *recorder;	   /* or NULL */
};

/* Asks all probes that have a part; artefacts (also those that failed) in the arena. An error only
 * where nothing at all could be asked. */
int dialect_fetch(struct arena *arena, struct shell *shell, const struct dialect_scope *scope,
	struct artefacts *artefacts, struct error *error);

/* The two dialects, for dialect_fetch, "standby requests" and tests. */
int dialect_cmd_fetch(struct arena *arena, struct shell *shell, const struct dialect_scope *scope,
	struct artefacts *artefacts, struct error *error);
int dialect_powershell_fetch(struct arena *arena, struct shell *shell,
	const struct dialect_scope *scope, struct artefacts *artefacts, struct error *error);

#define DIALECT_QUESTION "echo %ComSpec% $PSHOME"
extern const char dialect_powershell_command[];	/* the bootstrap's command line */
char *dialect_powershell_script(struct arena *arena, const struct dialect_scope *scope);

#endif
