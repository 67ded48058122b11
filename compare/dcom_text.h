/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARE_DCOM_TEXT_H
#define COMPARE_DCOM_TEXT_H

#include "compare/dcom_list.h"

/* Lists, rights and trustees in the words of dcomcnfg and of the people who use it. */

/* "all rights" where these are all of their kind, else as they are. */
const char *dcom_rights(const char *rights);

/* A trustee in a message: "IWAM_WEB1 (the WAM user)" where it plays a role, else as facts have it.
 */
const char *dcom_trustee(struct judgement *judgement, const struct side *side, const char *trustee);

/* As a person enters it on this side: no ".\", and the account of a role as it is configured. */
const char *dcom_trustee_typed(
	struct judgement *judgement, const struct side *side, const char *trustee);

/* What to enter on the peer for a trustee of this side: there a role has another account. */
const char *dcom_trustee_on_peer(struct judgement *judgement, const struct side *side,
	const char *trustee, const struct side *peer);

/*
 * Adds an entry, "SYSTEM" or "deny Guests (local-access)", with its trustee's text, to what is to
 * be entered. SIDs that nobody has are left out.
 */
void dcom_add_entry(struct judgement *judgement, struct strings *texts,
	const struct list_entry *entry, const char *trustee);

/* "the WAM user" for ROLE_WAM and so on; any other word as it is. */
const char *dcom_role_name(const char *role);

/*
 * Adds whom the list that holds by default lets in now, as a person enters it: a list of the
 * application's own replaces it, so that they must all be entered anew. Entries for an account in
 * `but` are left out.
 */
void dcom_add_default(struct judgement *judgement, struct side *side, const struct dcom_list *list,
	const struct strings *but, struct strings *texts);

/* "a, b, c" */
const char *dcom_joined(struct judgement *judgement, const struct strings *texts);

#endif
