/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_BREAKER_H
#define COLLECTORS_BREAKER_H

#include "base/error.h"

#include <stdint.h>

/*
 * At most one failed authentication per account and run, across all nodes and worker processes:
 * otherwise a wrong password tried on 32 nodes locks the account. The first node to use an account
 * goes ahead; the others wait until it is known to work, and are refused once it has failed. The
 * table lies in memory that worker processes share; make it before they start.
 *
 * An account is a text that names the account and its credential ("admin with key ~/.ssh/id"), no
 * secret.
 */
struct breaker;

struct breaker *breaker_new(void);
void breaker_free(struct breaker *breaker);

/*
 * Before authenticating: 0 to go ahead, -1 with an error when the account failed elsewhere in this
 * run (the text names the node) or the deadline passed while waiting. A holder that dies is taken
 * for one that never tried.
 */
int breaker_enter(struct breaker *breaker, const char *account, const char *node, int64_t deadline,
	struct error *error);

enum breaker_outcome {
	BREAKER_ACCEPTED,  /* it works: nobody waits any more */
	BREAKER_REFUSED,   /* wrong credentials: nobody tries again */
	BREAKER_NOT_TRIED, /* something else came between: the next one may go ahead */
};
/* What is known of the account now; BREAKER_NOT_TRIED also while somebody tries. */
enum breaker_outcome breaker_known(struct breaker *breaker, const char *account);
void breaker_leave(struct breaker *breaker, const char *account, const char *node,
	enum breaker_outcome outcome);
/*
 * Until when who has entered may try: half of what is left while others wait for the outcome, so
 * that a node that falls silent during login does not take all their time.
 */
int64_t breaker_attempt_deadline(struct breaker *breaker, const char *account, int64_t deadline);

#endif
