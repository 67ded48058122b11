/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/breaker.h"

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/text.h"

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
#define ACCEPTED_LIMIT 8 /* credentials of one account; more wait for their turn each time */
#define INTERRUPT_MS 200 /* a signal does not end the wait for a mutex */

enum state {
	STATE_OPEN, /* nothing was refused yet */
	STATE_REFUSED,
	STATE_LOST, /* who tried it ended with its password on the way */
};

struct digest {
	unsigned char bytes[DIGEST_LENGTH];
};

struct account {
	struct digest name; /* names have any length */
	pthread_mutex_t attempt;
	enum state state;
	bool sends_password;	/* the one that holds the attempt */
	char node[NODE_LENGTH]; /* that tries it or was refused, for messages */
	size_t accepted_count;
	struct digest accepted[ACCEPTED_LIMIT]; /* credentials that work */
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

static struct digest digest_of(const char *text)
{
	unsigned char whole[EVP_MAX_MD_SIZE] = {0};
	struct digest digest;
	int done = EVP_Digest(text, strlen(text), whole, NULL, EVP_sha256(), NULL);
	assert(done);
	(void)done;
	memcpy(digest.bytes, whole, DIGEST_LENGTH);
	return digest;
}

static bool same(const struct digest *a, const struct digest *b)
{
	return memcmp(a->bytes, b->bytes, DIGEST_LENGTH) == 0;
}

/* The account's entry, made if there is none; NULL when the table is full. Table locked. */
static struct account *find(struct breaker *breaker, const char *name)
{
	struct digest digest = digest_of(name);
	for (size_t i = 0; i < breaker->count; i++) {
		if (same(&breaker->accounts[i].name, &digest))
			return &breaker->accounts[i];
	}
	if (breaker->count == ACCOUNTS_LIMIT)
		return NULL;
	struct account *account = &breaker->accounts[breaker->count];
	memset(account, 0, sizeof *account);
	account->name = digest;
	shared_mutex(&account->attempt);
	breaker->count++;
	return account;
}

static bool works(const struct account *account, const char *credentials)
{
	struct digest digest = digest_of(credentials);
	for (size_t i = 0; i < account->accepted_count; i++) {
		if (same(&account->accepted[i], &digest))
			return true;
	}
	return false;
}

const char *breaker_account(struct arena *arena, const char *user)
{
	if (strncmp(user, ".\\", 2) == 0)
		user += 2;
	return text_fold(arena, text_escape(arena, text_of(user)));
}

/* What is known; a copy, because others change the table. */
struct view {
	enum state state;
	bool works;
	char node[NODE_LENGTH];
};

/* Table locked. */
static struct view view_of(const struct account *account, const char *credentials)
{
	struct view view = {.state = account->state, .works = works(account, credentials)};
	memcpy(view.node, account->node, NODE_LENGTH);
	view.node[NODE_LENGTH - 1] = '\0';
	return view;
}

static struct view look(
	struct breaker *breaker, const struct account *account, const char *credentials)
{
	lock_table(breaker);
	struct view view = view_of(account, credentials);
	unlock_table(breaker);
	return view;
}

static int refuse(const char *name, const struct view *view, struct error *error)
{
	if (view->state == STATE_LOST)
		return error_set(error, ERROR_UNREACHABLE,
			"the account %s: the login at %s was cut off with its password on the way, "
			"which counts as refused in this run; it is not tried again, so that no "
			"account gets locked",
			name, view->node);
	return error_set(error, ERROR_UNREACHABLE,
		"the account %s was refused by %s in this run and is not tried again, so that no "
		"account gets locked; mend that first",
		name, view->node);
}

/* --- entering --------------------------------------------------------------------------------- */

/* 0, EOWNERDEAD (held now, too), EDEADLK (held before), or why not: ETIMEDOUT also for a signal. */
static int hold(struct account *account, int64_t deadline)
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
	return result;
}

static void name_node(struct account *account, const char *node)
{
	snprintf(account->node, sizeof account->node, "%s", node);
}

static int give_up(const char *name, const struct view *view, struct error *error)
{
	if (interrupt_name())
		return error_set(error, ERROR_UNREACHABLE, "stopped by %s", interrupt_name());
	return error_set(error, ERROR_UNREACHABLE,
		"deadline passed while waiting for %s to try the account %s first", view->node,
		name);
}

/* The one that has its turn sees what came of those before. */
static struct view begin(struct breaker *breaker, struct account *account,
	const struct breaker_attempt *attempt, int held)
{
	lock_table(breaker);
	if (held == EOWNERDEAD && account->sends_password && account->state == STATE_OPEN)
		account->state = STATE_LOST;
	if (held != EDEADLK)
		account->sends_password = false;
	struct view view = view_of(account, attempt->credentials);
	if (view.state == STATE_OPEN && !view.works)
		name_node(account, attempt->node);
	unlock_table(breaker);
	return view;
}

/* Waits for its turn; what is known may have changed meanwhile. */
static int take_turn(struct breaker *breaker, struct account *account,
	struct breaker_attempt *attempt, int64_t deadline, struct error *error)
{
	int held = hold(account, deadline);
	if (held != 0 && held != EOWNERDEAD && held != EDEADLK) {
		struct view view = look(breaker, account, attempt->credentials);
		return give_up(attempt->account, &view, error);
	}
	struct view view = begin(breaker, account, attempt, held);
	attempt->holds = held == EDEADLK || (view.state == STATE_OPEN && !view.works);
	if (!attempt->holds)
		pthread_mutex_unlock(&account->attempt);
	return view.state == STATE_OPEN ? 0 : refuse(attempt->account, &view, error);
}

int breaker_enter(struct breaker *breaker, struct breaker_attempt *attempt, int64_t deadline,
	struct error *error)
{
	lock_table(breaker);
	struct account *account = find(breaker, attempt->account);
	unlock_table(breaker);
	attempt->holds = false;
	if (!account)
		return error_set(error, ERROR_UNREACHABLE,
			"the account %s is not tried: a run can keep track of %d accounts only; "
			"check fewer clusters at once",
			attempt->account, ACCOUNTS_LIMIT);
	struct view view = look(breaker, account, attempt->credentials);
	if (view.state != STATE_OPEN)
		return refuse(attempt->account, &view, error);
	return view.works ? 0 : take_turn(breaker, account, attempt, deadline, error);
}

void breaker_sends_password(struct breaker *breaker, const struct breaker_attempt *attempt)
{
	lock_table(breaker);
	struct account *account = find(breaker, attempt->account);
	if (account && attempt->holds)
		account->sends_password = true;
	unlock_table(breaker);
}

/* --- what came of it -------------------------------------------------------------------------- */

enum breaker_outcome breaker_known(struct breaker *breaker, const struct breaker_attempt *attempt)
{
	struct view view = {0};
	lock_table(breaker);
	const struct account *account = find(breaker, attempt->account);
	if (account)
		view = view_of(account, attempt->credentials);
	unlock_table(breaker);
	if (view.state != STATE_OPEN)
		return BREAKER_REFUSED;
	return view.works ? BREAKER_ACCEPTED : BREAKER_NOT_TRIED;
}

int64_t breaker_attempt_deadline(const struct breaker_attempt *attempt, int64_t deadline)
{
	return attempt->holds ? clock_now() + clock_left(deadline) / 2 : deadline;
}

static void note(struct account *account, const struct breaker_attempt *attempt,
	enum breaker_outcome outcome)
{
	if (outcome == BREAKER_REFUSED && account->state == STATE_OPEN) {
		account->state = STATE_REFUSED;
		name_node(account, attempt->node);
	}
	if (outcome == BREAKER_ACCEPTED && account->accepted_count < ACCEPTED_LIMIT &&
		!works(account, attempt->credentials))
		account->accepted[account->accepted_count++] = digest_of(attempt->credentials);
	if (attempt->holds)
		account->sends_password = false;
}

void breaker_leave(
	struct breaker *breaker, struct breaker_attempt *attempt, enum breaker_outcome outcome)
{
	lock_table(breaker);
	struct account *account = find(breaker, attempt->account);
	if (account)
		note(account, attempt, outcome);
	unlock_table(breaker);
	/* Who holds nothing changes nothing: the mutex itself knows (EPERM). */
	if (account)
		pthread_mutex_unlock(&account->attempt);
	attempt->holds = false;
}
