/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_DIALECT_H
#define COLLECTORS_DIALECT_H

#include "collectors/probe.h"
#include "collectors/recording.h"
#include "collectors/shell.h"

/*
 * How probes ask through a shell. The node is asked which shell it has: "echo %ComSpec% $PSHOME"
 * is answered differently by cmd.exe, PowerShell and others, in no language. A shell that is
 * neither (of Cygwin, say) is asked to start PowerShell with nothing to do; where none answers, it
 * is sent nothing more.
 *
 * cmd          each command of a .cmd part is one execution; its standard output is the artefact.
 *              Decided by exit code and type tokens, never by words: exit 0 and nothing printed is
 *              a failure. What reg prints does not show where it ends, and a server that closes
 *              the channel without an exit code looks like exit 0 to libssh2: so cmd.exe prints an
 *              end mark behind it, and without the mark exit 0 is a failure. The other commands
 *              print XML and JSON, which close themselves. With exit 0 and anything on
 *              standard error the artefact is partial: reg goes on so behind a key that it may
 *              not open. What the shell itself writes there at each command is known from a
 *              command that does nothing else. What is printed is in the console's code page
 *              (base/code_page.h).
 * PowerShell   all .ps1 parts are one script, sent base64 on the first line of standard input
 * behind a bootstrap without quotes; the key is the second line and no part of the script. Replies
 * are frames in ASCII: (collectors/frame.h), one per artefact.
 *
 * Only probes that the scope wants are asked. Artefacts are named "PROBE N", N counting what the
 * part asks, the same in both dialects. Text of registry tools is UTF-8 whatever the node printed.
 */
struct dialect_scope {
	const struct cluster *cluster;
	const struct probe *const *probes; /* ended by NULL */
	const struct secret *key;	   /* of the run; NULL: no fingerprints */
	struct recorder *recorder;	   /* or NULL */
	/* The guarded logon check, once per account and node. Only PowerShell can: the command
	 * shell brings the reason why no account was tried. */
	bool check_logon;
};

/* Asks all probes that have a part; artefacts (also those that failed) in the arena. An error only
 * where nothing at all could be asked. */
int dialect_fetch(struct arena *arena, struct shell *shell, const struct dialect_scope *scope,
	struct artefacts *artefacts, struct error *error);

/* The two dialects, for dialect_fetch, "standby requests" and tests. */
int dialect_cmd_fetch(struct arena *arena, struct shell *shell, const struct dialect_scope *scope,
	struct artefacts *artefacts, struct error *error);
/* *absent on error: no "#standby" line came, so that there is no PowerShell; the shell is good. */
int dialect_powershell_fetch(struct arena *arena, struct shell *shell,
	const struct dialect_scope *scope, struct artefacts *artefacts, bool *absent,
	struct error *error);

/* Whether PowerShell starts: its command without input. An error when the shell is broken. */
int dialect_powershell_knock(
	struct arena *arena, struct shell *shell, bool *absent, struct error *error);

#define DIALECT_QUESTION "echo %ComSpec% $PSHOME"
/* Behind each reg command; cmd.exe prints the mark only where reg ended with 0. It is sent, and is
 * part of no request and no content in artefacts and recordings. */
#define DIALECT_CMD_END "#end"
#define DIALECT_CMD_AND_END "&&echo " DIALECT_CMD_END
/* What the node is asked before cmd commands: its code page, and whether its shell is a 32-bit one
 * on 64-bit Windows. */
#define DIALECT_CMD_QUESTION "chcp & echo %PROCESSOR_ARCHITEW6432%"
/* Asked behind that where chcp names no page, because there is no console: the system's own. */
#define DIALECT_CMD_PAGE                                                                           \
	"reg query \"HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Nls\\CodePage\" "     \
	"/v OEMCP" DIALECT_CMD_AND_END
/* Asked where reg failed before it ever answered: where in PATH it is; "[]": nowhere. */
#define DIALECT_CMD_FIND_REG "for %i in (reg.exe) do @echo [%~$PATH:i]"
/* Then it is asked to fail. libssh2 gives 0 also where the server never said how a command ended,
 * and a command whose failure is not seen would look like one that found nothing. */
#define DIALECT_CMD_FAILURE "exit 3"
/* In front of "reg" and "cscript" there: those of the 64-bit view. */
#define DIALECT_CMD_SYSNATIVE "%windir%\\sysnative\\"
/* What is sent for a command that is no script, itself or in the arena: reg with its end mark. */
const char *dialect_cmd_line(struct arena *arena, const char *line);

extern const char dialect_powershell_bootstrap[];      /* in clear */
char *dialect_powershell_command(struct arena *arena); /* the bootstrap's command line */
char *dialect_powershell_script(struct arena *arena, const struct dialect_scope *scope);

/* --- for the dialects themselves -------------------------------------------------------------- */

/* Whether this probe is to be asked; known parts in `dialect`: "cmd", "ps1". */
const char *dialect_part(
	const struct dialect_scope *scope, const struct probe *probe, const char *dialect);

/* One reply that is to become an artefact. */
struct dialect_reply {
	const struct probe *probe;
	const char *dialect; /* "cmd", "powershell" */
	unsigned number;
	const char *request;
	const char *const *asked; /* or NULL */
	struct bytes content;	  /* copied into the arena */
	const char *partial;	  /* why the content may not be whole, or NULL */
	const char *failure;	  /* why there is no content, or NULL */
	bool unread;		  /* with failure: something came that nobody can read */
};
/* Adds it to the artefacts and to the recording. Content must be of the probe's format. */
void dialect_add(struct arena *arena, const struct dialect_scope *scope,
	struct artefacts *artefacts, const struct dialect_reply *reply);

#endif
