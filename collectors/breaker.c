/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/breaker.h"

#include "base/clock.h"
#include "base/interrupt.h"

#include <assert.h>
#include <errno.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

/*
 * Whoever tries an account holds its `attempt` mutex meanwhile. The mutexes are robust: when a
 * holder dies, the kernel hands its mutex to the next one, so nobody needs to watch processes.
 */

#define ACCOUNTS_LIMIT 4096
#define DIGEST_LENGTH 32
#define NODE_LENGTH 64
#define INTERRUPT_MS 200 /* a signal does not end the wait for a mutex */

enum state {
	STATE_OPEN,	/* not tried yet, or nothing came of it */
	STATE_ACCEPTED, /* it works */
	STATE_REFUSED,
};

struct account {
	unsigned char digest[DIGEST_LENGTH]; /* of its name: names have any length */
	pthread_mutex_t attempt;
	enum state state;
	char node[NODE_LENGTH]; /* that tries it or was refused, for messages */
};

struct breaker {
	pthread_mutex_t table; /* guards everything below, but for the attempts; held shortly */
	size_t count;
	struct account accounts[ACCOUNTS_LIMIT];
};

static void shared_mutex(pthread_mutex_t *mutex)
{
	pthread_mutexattr_t attributes;
	int failed = pthread_mutexattr_init(&attributes);
	failed |= pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	failed |= pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	failed |= pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
	failed |= pthread_mutex_init(mutex, &attributes);
	assert(!failed);
	(void)failed;
	pthread_mutexattr_destroy(&attributes);
}

struct breaker *breaker_new(void)
{
	struct breaker *breaker = mmap(
		NULL, sizeof *breaker, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (breaker == MAP_FAILED) {
		fputs("standby: out of memory\n", stderr);
		abort();
	}
	shared_mutex(&breaker->table);
	return breaker;
}

void breaker_free(struct breaker *breaker)
{
	if (breaker)
		munmap(breaker, sizeof *breaker);
}

static void lock_table(struct breaker *breaker)
{
	/* Every change of the table is whole at each of its steps: count is raised last. */
	if (pthread_mutex_lock(&breaker->table) == EOWNERDEAD)
		pthread_mutex_consistent(&breaker->table);
}

static void unlock_table(struct breaker *breaker)
{
	pthread_mutex_unlock(&breaker->table);
}

/* The account's entry, made if there is none; NULL when the table is full. Table locked. */
static struct account *find(struct breaker *breaker, const char *name)
{
	unsigned char digest[EVP_MAX_MD_SIZE] = {0};
	int done = EVP_Digest(name, strlen(name), digest, NULL, EVP_sha256(), NULL);
	assert(done);
	(void)done;
	for (size_t i = 0; i < breaker->count; i++) {
		if (memcmp(breaker->accounts[i].digest, digest, DIGEST_LENGTH) == 0)
			return &breaker->accounts[i];
	}
	if (breaker->count == ACCOUNTS_LIMIT)
		return NULL;
	struct account *account = &breaker->accounts[breaker->count];
	memset(account, 0, sizeof *account);
	memcpy(account->digest, digest, DIGEST_LENGTH);
	shared_mutex(&account->attempt);
	breaker->count++;
	return account;
}

static int refuse(const char *name, const char *other, struct error *error)
{
	return error_set(error, ERROR_UNREACHABLE,
		"%s was refused by %s in this run and is not tried again, so that no account gets "
		"locked; mend that first",
		name, other);
}

/* False when the deadline passed, or the run was interrupted. */
static bool hold(struct account *account, int64_t deadline)
{
	int result = ETIMEDOUT;
	while (result == ETIMEDOUT && clock_left(deadline) && !interrupt_name()) {
		int64_t until = clock_now() + INTERRUPT_MS;
		if (until > deadline)
			until = deadline;
		const struct timespec time = {
			.tv_sec = until / 1000, .tv_nsec = until % 1000 * 1000000};
		result = pthread_mutex_clocklock(&account->attempt, CLOCK_MONOTONIC, &time);
	}
	if (result == EOWNERDEAD)
		pthread_mutex_consistent(&account->attempt);
	return result == 0 || result == EOWNERDEAD;
}

static void name_node(struct account *account, const char *node)
{
	snprintf(account->node, sizeof account->node, "%s", node);
}

/* What is known of the account; `other` gets the node that tries it or was refused. */
static enum state look(struct breaker *breaker, struct account *account, char *other)
{
	lock_table(breaker);
	enum state state = account->state;
	memcpy(other, account->node, NODE_LENGTH);
	unlock_table(breaker);
	other[NODE_LENGTH - 1] = '\0';
	return state;
}

/* Waits for its turn; the state may have changed meanwhile. */
static int take_turn(struct breaker *breaker, struct account *account, const char *name,
	const char *node, int64_t deadline, struct error *error)
{
	char other[NODE_LENGTH];
	if (!hold(account, deadline)) {
		look(breaker, account, other);
		if (interrupt_name())
			return error_set(
				error, ERROR_UNREACHABLE, "stopped by %s", interrupt_name());
		return error_set(error, ERROR_UNREACHABLE,
			"deadline passed while waiting for %s to try %s first", other, name);
	}
	enum state state = look(breaker, account, other);
	if (state != STATE_OPEN)
		pthread_mutex_unlock(&account->attempt);
	if (state == STATE_REFUSED)
		return refuse(name, other, error);
	if (state == STATE_OPEN) {
		lock_table(breaker);
		name_node(account, node);
		unlock_table(breaker);
	}
	return 0;
}

enum breaker_outcome breaker_known(struct breaker *breaker, const char *name)
{
	lock_table(breaker);
	const struct account *account = find(breaker, name);
	enum state state = account ? account->state : STATE_OPEN;
	unlock_table(breaker);
	if (state == STATE_OPEN)
		return BREAKER_NOT_TRIED;
	return state == STATE_ACCEPTED ? BREAKER_ACCEPTED : BREAKER_REFUSED;
}

int breaker_enter(struct breaker *breaker, const char *name, const char *node, int64_t deadline,
	struct error *error)
{
	char other[NODE_LENGTH];
	lock_table(breaker);
	struct account *account = find(breaker, name);
	unlock_table(breaker);
	if (!account)
		return error_set(error, ERROR_UNREACHABLE,
			"%s is not tried: a run can keep track of %d accounts only; check fewer "
			"clusters at once",
			name, ACCOUNTS_LIMIT);
	switch (look(breaker, account, other)) {
	case STATE_ACCEPTED:
		return 0;
	case STATE_REFUSED:
		return refuse(name, other, error);
	case STATE_OPEN:
		break;
	}
	return take_turn(breaker, account, name, node, deadline, error);
}

int64_t breaker_attempt_deadline(struct breaker *breaker, const char *name, int64_t deadline)
{
	if (breaker_known(breaker, name) != BREAKER_NOT_TRIED)
		return deadline;
	return clock_now() + clock_left(deadline) / 2;
}

void breaker_leave(
	struct breaker *breaker, const char *name, const char *node, enum breaker_outcome outcome)
{
	lock_table(breaker);
	struct account *account = find(breaker, name);
	if (account && outcome == BREAKER_REFUSED && account->state != STATE_REFUSED) {
		account->state = STATE_REFUSED;
		name_node(account, node);
	}
	if (account && outcome == BREAKER_ACCEPTED && account->state == STATE_OPEN)
		account->state = STATE_ACCEPTED;
	unlock_table(breaker);
	/* Who entered after it was known to work holds nothing; the mutex itself knows (EPERM). */
	if (account)
		pthread_mutex_unlock(&account->attempt);
}
