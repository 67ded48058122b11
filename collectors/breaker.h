/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_BREAKER_H
#define COLLECTORS_BREAKER_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * At most one failed login per account and run, across all nodes, worker processes and clients:
 * otherwise a wrong password tried on 32 nodes locks the account. The first node to use an account
 * goes ahead; the others wait until it is known to work, and are refused once it has failed. The
 * table lies in memory that worker processes share; make it before they start.
 *
 * Several credentials that one login tries at one server, one after the other, are one attempt:
 * only when all were refused has the account failed. That credentials work is known of those alone
 * that a login came through with: another password of the same account waits for its turn. Nodes
 * that use what is known to work do so at once; when it fails on some of them after all (each
 * has local accounts of its own), those that are under way at that moment fail, and no others.
 */
struct breaker;

struct breaker *breaker_new(void);
void breaker_free(struct breaker *breaker);

/*
 * The account that a user's name stands for, in the arena: case does not count, ".\name" is
 * "name". A local account is one account on all nodes, because its password often is one;
 * "DOMAIN\name", "name@domain" and "name" are three, because nobody here can tell that they are
 * one.
 */
const char *breaker_account(struct arena *arena, const char *user);

/* Texts are borrowed and hold no secret. */
struct breaker_attempt {
	const char *account;	 /* breaker_account */
	const char *credentials; /* with what: "by libssh2 with key ~/.ssh/id" */
	const char *node;	 /* for messages */
	bool holds;		 /* set by breaker_enter: others wait for its outcome */
};

/*
 * Before authenticating: 0 to go ahead, -1 with an error when the account failed elsewhere in this
 * run (the text names the node) or the deadline passed while waiting. Who has entered may enter
 * again with other credentials of the same account before leaving. A holder that dies is taken for
 * one that never tried, unless it was about to send a password: that counts as refused.
 */
int breaker_enter(struct breaker *breaker, struct breaker_attempt *attempt, int64_t deadline,
	struct error *error);
void breaker_sends_password(struct breaker *breaker, const struct breaker_attempt *attempt);

enum breaker_outcome {
	BREAKER_ACCEPTED,  /* it works: nobody waits any more */
	BREAKER_REFUSED,   /* wrong credentials: nobody tries again */
	BREAKER_NOT_TRIED, /* something else came between: the next one may go ahead */
};
/* What is known of account and credentials; BREAKER_NOT_TRIED also while somebody tries. */
enum breaker_outcome breaker_known(struct breaker *breaker, const struct breaker_attempt *attempt);
/* Leaves the account; accepted credentials that were entered before are told by a call each.
 * Nothing is held after the first: others may have their turn by then. */
void breaker_leave(
	struct breaker *breaker, struct breaker_attempt *attempt, enum breaker_outcome outcome);
/*
 * Until when who has entered may try: half of what is left while others wait for the outcome, so
 * that a node that falls silent during login does not take all their time.
 */
int64_t breaker_attempt_deadline(const struct breaker_attempt *attempt, int64_t deadline);

#endif
