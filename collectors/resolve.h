/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_RESOLVE_H
#define COLLECTORS_RESOLVE_H

#include "collectors/reading.h"

/*
 * Names SIDs by what the account facts of the same node say. Every path segment that is a SID, and
 * the whole value of the facts dcom/app/{appid}/identity and iis/.../user, become (in this order)
 *   a well-known name ("Everyone");
 *   the account whose account/{account}/sid it is (".\name", "DOMAIN\name");
 *   "orphan:SID" where it has the node's own prefix (node/sid) and the list of local accounts is
 *   complete ("accounts-complete");
 *   "unresolved:SID" where it has the node's prefix and the list is not complete, or where the
 *   node's prefix is not known and it is of the form S-1-5-21-...;
 *   itself otherwise (another domain's or computer's).
 * Statements that contradict each other (one SID of two accounts, one account of two SIDs) name
 * nobody: "unresolved:SID".
 * account/{account}/sid itself keeps its value. Patterns in coverage are left alone.
 */
struct sid_names;

struct sid_names *sid_names_new(
	struct arena *arena, const struct statement *statements, size_t count);
/* In the arena of sid_names_new; `sid` itself where nothing else is known. */
const char *sid_names_resolve(struct sid_names *names, const char *sid);
/* A path with its SID segments resolved (encoded anew); `path` itself where it has none. */
const char *sid_names_path(struct sid_names *names, const char *path);
/* Whether the value of this path is an account that must be resolved too. */
bool resolve_applies_to_value(const char *path);

#endif
