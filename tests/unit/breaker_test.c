/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/breaker.h"

#include "base/clock.h"
#include "tests/test.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define ACCOUNT "admin"
#define KEY "a key"
#define PASSWORD "a password"
#define SOON 200
#define LATER 20000

static int set_up(void **state)
{
	*state = breaker_new();
	return 0;
}

static int tear_down(void **state)
{
	breaker_free(*state);
	return 0;
}

static struct breaker_attempt attempt_of(const char *node, const char *credentials)
{
	return (struct breaker_attempt){
		.account = ACCOUNT, .credentials = credentials, .node = node};
}

static int enter_with(struct breaker *breaker, const char *node, const char *credentials,
	int64_t patience, struct error *error)
{
	struct breaker_attempt attempt = attempt_of(node, credentials);
	return breaker_enter(breaker, &attempt, clock_now() + patience, error);
}

static int enter(struct breaker *breaker, const char *node, int64_t patience, struct error *error)
{
	return enter_with(breaker, node, KEY, patience, error);
}

static void leave(struct breaker *breaker, const char *node, enum breaker_outcome outcome)
{
	struct breaker_attempt attempt = attempt_of(node, KEY);
	breaker_leave(breaker, &attempt, outcome);
}

/* Runs in a process of its own; its exit code. */
static pid_t start(int (*task)(struct breaker *), struct breaker *breaker)
{
	pid_t child = fork();
	if (child == 0)
		_exit(task(breaker));
	return child;
}

static int ending_of(pid_t child)
{
	int status = 0;
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int run(int (*task)(struct breaker *), struct breaker *breaker)
{
	return ending_of(start(task, breaker));
}

static void the_first_attempt_leaves_the_others_time(void **state)
{
	struct breaker *breaker = *state;
	struct error error = {0};
	int64_t deadline = clock_now() + LATER;
	struct breaker_attempt attempt = attempt_of("FIRST", KEY);
	assert_int_equal(breaker_enter(breaker, &attempt, deadline, &error), 0);
	int64_t until = breaker_attempt_deadline(&attempt, deadline);
	assert_true(until > clock_now() && until <= deadline - LATER / 2 + SOON);
	breaker_leave(breaker, &attempt, BREAKER_ACCEPTED);
	assert_int_equal(breaker_enter(breaker, &attempt, deadline, &error), 0);
	assert_true(breaker_attempt_deadline(&attempt, deadline) == deadline);
}

static int enters_at_once(struct breaker *breaker)
{
	struct error error = {0};
	return enter(breaker, "OTHER", SOON, &error) == 0 ? 0 : 1;
}

static void an_accepted_account_holds_nobody_back(void **state)
{
	struct error error = {0};
	assert_int_equal(enter(*state, "CONF1", SOON, &error), 0);
	leave(*state, "CONF1", BREAKER_ACCEPTED);
	assert_int_equal(enter(*state, "CONF1", SOON, &error), 0);
	assert_int_equal(run(enters_at_once, *state), 0);
	leave(*state, "CONF1", BREAKER_ACCEPTED);
	assert_int_equal(enter(*state, "CONF1", SOON, &error), 0);
}

static void a_refused_account_is_tried_nowhere_again(void **state)
{
	struct error error = {0};
	assert_int_equal(enter(*state, "CONF1", SOON, &error), 0);
	leave(*state, "CONF1", BREAKER_REFUSED);
	assert_int_equal(enter(*state, "CONF2", SOON, &error), -1);
	assert_int_equal(error.code, ERROR_UNREACHABLE);
	assert_non_null(strstr(error.text, "the account " ACCOUNT " was refused by CONF1"));
	assert_int_equal(run(enters_at_once, *state), 1);
}

static void a_refusal_counts_also_after_the_account_was_accepted(void **state)
{
	struct error error = {0};
	assert_int_equal(enter(*state, "CONF1", SOON, &error), 0);
	leave(*state, "CONF1", BREAKER_ACCEPTED);
	assert_int_equal(enter(*state, "CONF2", SOON, &error), 0);
	leave(*state, "CONF2", BREAKER_REFUSED);
	assert_int_equal(enter(*state, "CONF3", SOON, &error), -1);
	assert_non_null(strstr(error.text, "refused by CONF2"));
}

static void another_credential_of_a_refused_account_is_not_tried(void **state)
{
	struct error error = {0};
	assert_int_equal(enter(*state, "CONF1", SOON, &error), 0);
	leave(*state, "CONF1", BREAKER_REFUSED);
	assert_int_equal(enter_with(*state, "CONF2", PASSWORD, SOON, &error), -1);
	assert_non_null(strstr(error.text, "was refused by CONF1"));
}

static int enters_with_a_password(struct breaker *breaker)
{
	struct error error = {0};
	return enter_with(breaker, "OTHER", PASSWORD, SOON, &error) == 0 ? 0 : 1;
}

static void several_credentials_of_one_login_are_one_attempt(void **state)
{
	struct error error = {0};
	struct breaker_attempt attempt = attempt_of("CONF1", KEY);
	assert_int_equal(breaker_enter(*state, &attempt, clock_now() + SOON, &error), 0);
	attempt.credentials = PASSWORD;
	assert_int_equal(breaker_enter(*state, &attempt, clock_now() + SOON, &error), 0);
	assert_true(attempt.holds);
	assert_int_equal(run(enters_at_once, *state), 1);
	breaker_leave(*state, &attempt, BREAKER_ACCEPTED);
	assert_int_equal(run(enters_with_a_password, *state), 0);
}

static void a_credential_that_works_says_nothing_of_another(void **state)
{
	struct error error = {0};
	assert_int_equal(enter(*state, "CONF1", SOON, &error), 0);
	leave(*state, "CONF1", BREAKER_ACCEPTED);
	assert_int_equal(enter_with(*state, "CONF1", PASSWORD, SOON, &error), 0);
	assert_int_equal(run(enters_with_a_password, *state), 1);
	assert_int_equal(run(enters_at_once, *state), 0);
	struct breaker_attempt attempt = attempt_of("CONF1", PASSWORD);
	breaker_leave(*state, &attempt, BREAKER_REFUSED);
	assert_int_equal(run(enters_at_once, *state), 1);
}

static void accounts_are_told_apart_as_windows_does(void **state)
{
	static const struct {
		const char *user, *account;
	} cases[] = {
		{"Admin", "admin"},
		{".\\Admin", "admin"},
		{"CORP\\Admin", "corp\\admin"},
		{"Admin@Corp.Example", "admin@corp.example"},
		{"J\xc3\x96RG", "j\xc3\xb6rg"},
		{"odd\xff", "odd\\ufffd"},
	};
	auto_arena struct arena *arena = arena_new();
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(breaker_account(arena, cases[i].user), cases[i].account);
}

static void whoever_waits_gives_up_at_its_deadline(void **state)
{
	struct error error = {0};
	assert_int_equal(enter(*state, "CONF1", SOON, &error), 0);
	pid_t child = fork();
	if (child == 0) {
		int64_t begin = clock_now();
		int result = enter(*state, "CONF2", SOON, &error);
		int64_t took = clock_now() - begin;
		_exit(result == -1 && strstr(error.text, "waiting for CONF1") && took >= SOON - 1 &&
					took < LATER
				? 0
				: 1);
	}
	assert_int_equal(ending_of(child), 0);
	leave(*state, "CONF1", BREAKER_ACCEPTED);
}

static int enters_later(struct breaker *breaker)
{
	struct error error = {0};
	if (enter(breaker, "OTHER", LATER, &error) != 0)
		return strstr(error.text, "was refused by CONF1") ? 2 : 1;
	leave(breaker, "OTHER", BREAKER_NOT_TRIED);
	return 0;
}

static void whoever_waits_learns_the_outcome(void **state)
{
	static const struct {
		enum breaker_outcome outcome;
		int ending;
	} cases[] = {{BREAKER_NOT_TRIED, 0}, {BREAKER_REFUSED, 2}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error error = {0};
		assert_int_equal(enter(*state, "CONF1", SOON, &error), 0);
		pid_t waiting[8];
		for (size_t n = 0; n < 8; n++)
			waiting[n] = start(enters_later, *state);
		usleep(50000);
		leave(*state, "CONF1", cases[i].outcome);
		for (size_t n = 0; n < 8; n++)
			assert_int_equal(ending_of(waiting[n]), cases[i].ending);
	}
}

static int enters_and_hangs(struct breaker *breaker)
{
	struct error error = {0};
	if (enter(breaker, "CONF1", LATER, &error) == 0)
		kill(getpid(), SIGSTOP);
	return 1;
}

static void a_holder_that_is_killed_never_tried(void **state)
{
	struct error error = {0};
	int status;
	pid_t holder = start(enters_and_hangs, *state);
	assert_int_equal(waitpid(holder, &status, WUNTRACED), holder);
	assert_true(WIFSTOPPED(status));
	pid_t waiting = start(enters_later, *state);
	usleep(50000);
	kill(holder, SIGKILL);
	/* Not yet waited for: a zombie holds nothing. */
	assert_int_equal(ending_of(waiting), 0);
	assert_int_equal(enter(*state, "CONF2", SOON, &error), 0);
	leave(*state, "CONF2", BREAKER_ACCEPTED);
	assert_int_equal(ending_of(holder), -1);
}

static int sends_a_password_and_dies(struct breaker *breaker)
{
	struct error error = {0};
	struct breaker_attempt attempt = attempt_of("CONF1", PASSWORD);
	if (breaker_enter(breaker, &attempt, clock_now() + SOON, &error) == 0)
		breaker_sends_password(breaker, &attempt);
	return 0;
}

static void a_holder_that_died_with_its_password_on_the_way_was_refused(void **state)
{
	struct error error = {0};
	assert_int_equal(run(sends_a_password_and_dies, *state), 0);
	for (int i = 0; i < 2; i++) {
		error = (struct error){0};
		assert_int_equal(enter(*state, "CONF2", SOON, &error), -1);
		assert_non_null(strstr(error.text, "at CONF1 was cut off with its password"));
	}
}

static int tries_by_key_and_dies(struct breaker *breaker)
{
	struct error error = {0};
	return enter(breaker, "CONF3", SOON, &error);
}

static void a_password_that_was_answered_is_on_its_way_no_more(void **state)
{
	struct error error = {0};
	struct breaker_attempt attempt = attempt_of("CONF1", PASSWORD);
	assert_int_equal(breaker_enter(*state, &attempt, clock_now() + SOON, &error), 0);
	breaker_sends_password(*state, &attempt);
	breaker_leave(*state, &attempt, BREAKER_ACCEPTED);
	assert_int_equal(run(tries_by_key_and_dies, *state), 0);
	assert_int_equal(enter(*state, "CONF2", SOON, &error), 0);
	leave(*state, "CONF2", BREAKER_NOT_TRIED);
}

static int sends_a_password_and_hangs(struct breaker *breaker)
{
	sends_a_password_and_dies(breaker);
	raise(SIGSTOP);
	return 1;
}

/* A login that came through with a key and a password says so of each. */
static void who_has_left_changes_nothing_of_the_next_one(void **state)
{
	struct error error = {0};
	int status;
	struct breaker_attempt attempt = attempt_of("CONF2", KEY);
	assert_int_equal(breaker_enter(*state, &attempt, clock_now() + SOON, &error), 0);
	breaker_leave(*state, &attempt, BREAKER_ACCEPTED);
	pid_t holder = start(sends_a_password_and_hangs, *state);
	assert_int_equal(waitpid(holder, &status, WUNTRACED), holder);
	attempt.credentials = "another password";
	breaker_leave(*state, &attempt, BREAKER_ACCEPTED);
	kill(holder, SIGKILL);
	assert_int_equal(ending_of(holder), -1);
	assert_int_equal(enter_with(*state, "CONF3", PASSWORD, SOON, &error), -1);
	assert_non_null(strstr(error.text, "at CONF1 was cut off with its password"));
}

/* How many try at the same time, and how many were refused, is counted in shared memory. */
struct counts {
	int trying, most, refused;
};
static struct counts *counts;

static int tries_a_wrong_password(struct breaker *breaker)
{
	struct error error = {0};
	if (enter(breaker, "CONF", LATER, &error) != 0)
		return 0;
	int now = __atomic_add_fetch(&counts->trying, 1, __ATOMIC_SEQ_CST);
	if (now > counts->most)
		counts->most = now;
	usleep(2000);
	__atomic_add_fetch(&counts->refused, 1, __ATOMIC_SEQ_CST);
	__atomic_sub_fetch(&counts->trying, 1, __ATOMIC_SEQ_CST);
	leave(breaker, "CONF", BREAKER_REFUSED);
	return 0;
}

static void of_many_processes_one_tries_a_wrong_password(void **state)
{
	pid_t children[64];
	counts = mmap(
		NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(counts, MAP_FAILED);
	for (size_t i = 0; i < 64; i++)
		children[i] = start(tries_a_wrong_password, *state);
	for (size_t i = 0; i < 64; i++)
		assert_int_equal(ending_of(children[i]), 0);
	assert_int_equal(counts->refused, 1);
	assert_int_equal(counts->most, 1);
	munmap(counts, sizeof *counts);
}

static void a_full_table_tries_nothing_more(void **state)
{
	struct error error = {0};
	char account[32];
	struct breaker_attempt attempt = {.account = account, .credentials = KEY, .node = "CONF1"};
	size_t entered = 0;
	for (size_t i = 0; i < 5000 && error.code == ERROR_NONE; i++) {
		snprintf(account, sizeof account, "account %zu", i);
		if (breaker_enter(*state, &attempt, clock_now() + SOON, &error) != 0)
			break;
		breaker_leave(*state, &attempt, BREAKER_NOT_TRIED);
		entered++;
	}
	assert_int_equal(entered, 4096);
	assert_non_null(strstr(error.text, "4096"));
}

static void a_breaker_that_is_none_can_be_freed(void **state)
{
	(void)state;
	breaker_free(NULL);
}

#define BREAKER_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BREAKER_TEST(an_accepted_account_holds_nobody_back),
		BREAKER_TEST(a_refused_account_is_tried_nowhere_again),
		BREAKER_TEST(a_refusal_counts_also_after_the_account_was_accepted),
		BREAKER_TEST(another_credential_of_a_refused_account_is_not_tried),
		BREAKER_TEST(several_credentials_of_one_login_are_one_attempt),
		BREAKER_TEST(a_credential_that_works_says_nothing_of_another),
		BREAKER_TEST(accounts_are_told_apart_as_windows_does),
		BREAKER_TEST(a_holder_that_died_with_its_password_on_the_way_was_refused),
		BREAKER_TEST(a_password_that_was_answered_is_on_its_way_no_more),
		BREAKER_TEST(who_has_left_changes_nothing_of_the_next_one),
		BREAKER_TEST(whoever_waits_gives_up_at_its_deadline),
		BREAKER_TEST(whoever_waits_learns_the_outcome),
		BREAKER_TEST(a_holder_that_is_killed_never_tried),
		BREAKER_TEST(of_many_processes_one_tries_a_wrong_password),
		BREAKER_TEST(a_full_table_tries_nothing_more),
		BREAKER_TEST(the_first_attempt_leaves_the_others_time),
		BREAKER_TEST(a_breaker_that_is_none_can_be_freed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
