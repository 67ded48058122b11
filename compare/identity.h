/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARE_IDENTITY_H
#define COMPARE_IDENTITY_H

#include "compare/judgement.h"

/*
 * Identities, not strings. A configured user name becomes an account of this node, of a domain, of
 * another computer, or a built-in one; two trustees on two nodes are the same when they mean the
 * same principal or play the same role.
 */
enum identity_kind {
	IDENTITY_UNKNOWN,  /* not known who; `why` says why */
	IDENTITY_NONE,	   /* no user is configured (absent or empty) */
	IDENTITY_LOCAL,	   /* an account of the node's own */
	IDENTITY_DOMAIN,   /* DOMAIN\name or name@domain */
	IDENTITY_PEER,	   /* an account of another node of this cluster: PEER\name */
	IDENTITY_BUILT_IN, /* IUSR, NETWORK SERVICE, ...: has no password, is no account of a node
			    */
};

struct identity {
	enum identity_kind kind;
	const char *account; /* canonical (inventory/vocabulary.h), NULL unless it has one */
	const char *written; /* as configured, for messages; a node's own without its computer */
	const char *name;    /* of the account alone, as configured, for commands */
	const char *why;     /* where unknown */
};

/*
 * Whom the pages of a location present as the anonymous user. The bare name "IUSR" is the built-in
 * one from IIS 7 on, an account of the node's own before; with the version unknown it is unknown.
 * Notes its questions as evidence.
 */
struct identity identity_anonymous(
	struct judgement *judgement, struct side *side, const char *location);

/* The account behind a configured user name of this side. */
struct identity identity_of(
	struct judgement *judgement, const struct side *side, struct answer user);

/*
 * Whether trustee `a` of side x and trustee `b` of side y are the same: equal principals (never two
 * local accounts of different names unless both play one role; local accounts of one name are
 * equal), or the same role: the anonymous user of a location in scope (of the service where none
 * is), or the WAM user. Unknown where a role is not known, or a trustee is unresolved.
 */
enum truth identity_trustees_same(struct judgement *judgement, const struct side *x, const char *a,
	const struct side *y, const char *b);

/* "@anonymous", "@wam" where the trustee plays that role on this side; else itself. For people. */
const char *identity_display(
	struct judgement *judgement, const struct side *side, const char *trustee);

/*
 * Says unknown where it is not known whom a side presents or where no user is configured; returns
 * true where there is an account to judge.
 */
bool identity_known(struct judgement *judgement, const struct side *side, struct identity identity);

/*
 * Whether two trustees, each canonical on its node, are one principal by name alone. Local accounts
 * of one name are equal: each opens the other's node if their passwords are the same. Unknown
 * where one is unresolved, or where one account may be written in two ways.
 */
enum truth identity_accounts_same(const char *a, const char *b);

/*
 * Whether an account of the node's own exists: "true", "false", absent, or not known. Absent is
 * also what a complete list of the local accounts does not hold. Notes what it answers as evidence,
 * and the list where that decides.
 */
struct answer identity_account_exists(
	struct judgement *judgement, struct side *side, const char *account);

/* Is IIS of this side at least major.minor? Unknown where its version is. */
enum truth identity_iis_from(
	struct judgement *judgement, const struct side *side, unsigned major, unsigned minor);

/*
 * The level at or above the subject whose own setting of a property ("user", "password" or "sync",
 * as in FACT_ANONYMOUS_EXPLICIT) holds there; NULL where that is not known. A password belongs to a
 * user: its level is the nearest that sets either.
 */
const char *identity_level(
	struct judgement *judgement, const struct side *side, const char *property);

/*
 * The steps that enter a user or password of the subject in IIS by hand, in the words of its
 * version, with password synchronisation cleared, each at the level where it is set: a repair below
 * that would leave a copy. Where a level is not known it is the subject. `what` is what to enter.
 */
void identity_remedy_enter(struct judgement *judgement, const struct side *side, const char *what);

/* The metabase key of a location as adsutil.vbs wants it: "w3svc/1/root/conferencing". */
const char *identity_metabase_key(struct judgement *judgement, const char *location);

/* Anonymous access of a location on one side; as below for one side alone. */
enum truth identity_anonymous_used_at(
	struct judgement *judgement, struct side *side, const char *location);

/*
 * Anonymous access of a location over all sides: TRUTH_NO only where it is known to be off on every
 * one, TRUTH_YES where it is known to be on somewhere. A location that is known not to exist on a
 * side counts as off there.
 */
enum truth identity_anonymous_used(struct judgement *judgement, const char *location);

/*
 * The preamble of the rules about anonymous credentials: where anonymous access is off on all
 * sides says not-applicable, where that is not known says unknown; returns true only where the
 * judge is to go on.
 */
bool identity_anonymous_in_use(struct judgement *judgement, const char *location);

/* The same about one side alone: the one whose pages present the user. */
bool identity_anonymous_in_use_at(
	struct judgement *judgement, struct side *side, const char *location);

#endif
