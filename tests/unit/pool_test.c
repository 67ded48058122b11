/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/pool.h"

#include "base/clock.h"
#include "base/interrupt.h"
#include "collectors/transport.h"

#include "tests/test.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- a transport that does as the address says ------------------------------------------------ */

static void wait_for_ever(void)
{
	for (;;)
		poll(NULL, 0, 1000);
}

/* To the pool, in place of an answer: the worker's only socket leads there. */
static void write_garbage(const void *data, size_t length)
{
	struct stat info;
	for (int fd = 3; fd < 1024; fd++)
		if (fstat(fd, &info) == 0 && S_ISSOCK(info.st_mode))
			send(fd, data, length, MSG_NOSIGNAL);
}

static void *fake_open(struct arena *arena, const struct node *node,
	const struct transport_options *options, struct error *error)
{
	static const unsigned char claims_much[24] = {0x79, 0x62, 0x74, 0x73, [23] = 0xff};
	const char *does = node->address;
	(void)arena;
	if (strcmp(does, "hang") == 0)
		wait_for_ever();
	if (strcmp(does, "sought") == 0) {
		contact_tell(options->contact, CONTACT_SOUGHT);
		wait_for_ever();
	}
	if (strcmp(does, "answered") == 0) {
		contact_tell(options->contact, CONTACT_SOUGHT);
		contact_tell(options->contact, CONTACT_ANSWERED);
		wait_for_ever();
	}
	if (strcmp(does, "stop") == 0)
		raise(SIGSTOP);
	if (strcmp(does, "crash") == 0) {
		signal(SIGSEGV, SIG_DFL); /* which cmocka has taken */
		raise(SIGSEGV);
	}
	if (strcmp(does, "killed") == 0)
		raise(SIGKILL);
	if (strcmp(does, "exit") == 0)
		_exit(7);
	if (strcmp(does, "garbage") == 0) {
		write_garbage("this is no snapshot at all, and long", 36);
		wait_for_ever();
	}
	if (strcmp(does, "much") == 0) {
		write_garbage(claims_much, sizeof claims_much);
		wait_for_ever();
	}
	if (strcmp(does, "slow") == 0)
		poll(NULL, 0, 50);
	if (strcmp(does, "logon") == 0 && options->check_logon) {
		error_set(error, ERROR_UNREACHABLE, "its accounts would be tried");
		return NULL;
	}
	if (strcmp(does, "refuse") == 0) {
		error_set(error, ERROR_UNREACHABLE, "refused, says the fake");
		return NULL;
	}
	return (void *)node;
}

static int fake_fetch(void *session, const struct probe *const *probes, struct artefacts *artefacts,
	struct error *error)
{
	(void)session, (void)probes, (void)artefacts, (void)error;
	return 0;
}

static const struct transport fake = {
	.scheme = "fake", .summary = "does as it is told", .open = fake_open, .fetch = fake_fetch};
static const struct transport files = {
	.scheme = "files", .summary = "the same", .open = fake_open, .fetch = fake_fetch};
/* In place of the program's own. */
const struct transport *const transport_catalogue[] = {&fake, &files, NULL};

/* --- a pool over such nodes ------------------------------------------------------------------- */

#define NODES_MAX 300

struct world {
	struct inventory inventory;
	struct cluster cluster;
	struct node nodes[NODES_MAX];
	char names[NODES_MAX][8];
	struct pool_task tasks[NODES_MAX];
	struct collect_options collect;
	struct pool_options options;
	size_t count;
};

/* Addresses are ended by NULL. */
static struct world *world_of(const char *scheme, const char *const *addresses)
{
	static struct world world;
	world = (struct world){
		.inventory = {.folder = ".", .clusters = &world.cluster, .cluster_count = 1},
		.cluster = {.name = "c", .nodes = world.nodes}};
	for (; addresses[world.count]; world.count++) {
		size_t i = world.count;
		snprintf(world.names[i], sizeof world.names[i], "N%zu", i);
		world.nodes[i] = (struct node){
			.name = world.names[i], .scheme = scheme, .address = addresses[i]};
		world.tasks[i] = (struct pool_task){&world.cluster, &world.nodes[i], false};
	}
	world.cluster.node_count = world.count;
	world.options = (struct pool_options){.inventory = &world.inventory,
		.collect = &world.collect,
		.workers = 4,
		.node_deadline = 20000};
	return &world;
}

static struct pool *start(struct world *world)
{
	return pool_start(&world->options, world->tasks, world->count);
}

/* Why the node is unknown, or "" where it is not. */
static void assert_why(struct pool *pool, size_t index, const char *part)
{
	struct snapshot *snapshot = pool_take(pool, index);
	const char *why = snapshot_unreached(snapshot);
	char name[16];
	snprintf(name, sizeof name, "N%zu", index);
	assert_string_equal(snapshot->node, name);
	if (*part) {
		assert_non_null(why);
		if (!strstr(why, part))
			fail_msg("\"%s\" does not say \"%s\"", why, part);
	} else if (why) {
		fail_msg("unknown: %s", why);
	}
	snapshot_free(snapshot);
}

static size_t children(void)
{
	char line[4096] = "";
	FILE *file = fopen("/proc/thread-self/children", "r");
	if (!file)
		return 0;
	size_t count = 0, length = fread(line, 1, sizeof line - 1, file);
	fclose(file);
	for (size_t i = 0; i < length; i++)
		count += line[i] == ' ';
	return count;
}

/* --- tests ------------------------------------------------------------------------------------ */

static void each_node_has_its_snapshot_in_any_order_of_taking(void **state)
{
	(void)state;
	static const char *const nodes[] = {
		"slow", "fine", "refuse", "fine", "slow", "fine", "refuse", "fine", NULL};
	struct pool *pool = start(world_of("fake", nodes));
	assert_why(pool, 7, "");
	assert_why(pool, 2, "refused, says the fake");
	assert_why(pool, 0, "");
	assert_why(pool, 6, "refused, says the fake");
	assert_why(pool, 4, "");
	pool_free(pool);
	assert_int_equal(children(), 0);
}

static void the_accounts_of_a_node_are_tried_once(void **state)
{
	(void)state;
	static const char *const nodes[] = {"logon", "logon", NULL};
	struct world *world = world_of("fake", nodes);
	world->collect.check_logon = true;
	world->tasks[1].repeated = true;
	struct pool *pool = start(world);
	assert_why(pool, 0, "its accounts would be tried");
	assert_why(pool, 1, "");
	pool_free(pool);
}

static void workers_are_reused(void **state)
{
	(void)state;
	static const char *nodes[NODES_MAX];
	for (size_t i = 0; i < NODES_MAX - 1; i++)
		nodes[i] = "fine";
	struct pool *pool = start(world_of("fake", nodes));
	for (size_t i = 0; i < NODES_MAX - 1; i++)
		assert_why(pool, i, "");
	assert_int_equal(children(), 4);
	pool_free(pool);
	assert_int_equal(children(), 0);
}

static void a_worker_that_ends_costs_its_node_only_and_says_how(void **state)
{
	(void)state;
	static const char *const nodes[] = {
		"fine", "killed", "exit", "fine", "killed", "fine", NULL};
	struct world *world = world_of("fake", nodes);
	world->options.workers = 1;
	struct pool *pool = start(world);
	assert_why(pool, 0, "");
	assert_why(pool, 1, "its worker process was ended by SIGKILL");
	assert_why(pool, 2, "its worker process ended with exit code 7");
	assert_why(pool, 3, "");
	assert_why(pool, 4, "SIGKILL");
	assert_why(pool, 5, "");
	pool_free(pool);
}

static void a_crash_names_its_signal(void **state)
{
	(void)state;
	static const char *const nodes[] = {"crash", "fine", NULL};
	struct pool *pool = start(world_of("fake", nodes));
	assert_why(pool, 0, "was ended by SIGSEGV");
	assert_why(pool, 1, "");
	pool_free(pool);
}

static void a_worker_that_hangs_or_is_stopped_is_killed_at_its_deadline(void **state)
{
	(void)state;
	static const char *const nodes[] = {"hang", "fine", "stop", "fine", NULL};
	struct world *world = world_of("fake", nodes);
	world->options.node_deadline = 200;
	int64_t before = clock_now();
	struct pool *pool = start(world);
	assert_why(pool, 1, "");
	assert_why(pool, 3, "");
	assert_true(clock_now() - before < 1000);
	assert_why(pool, 0, "not done after 1 s, and its worker process was killed");
	assert_why(pool, 2, "was killed");
	assert_in_range(clock_now() - before, 200, 5000);
	pool_free(pool);
	assert_int_equal(children(), 0);
}

static void an_answer_that_is_no_snapshot_is_refused(void **state)
{
	(void)state;
	static const char *const nodes[] = {"garbage", "much", "fine", NULL};
	struct pool *pool = start(world_of("fake", nodes));
	assert_why(pool, 0, "something that is no snapshot");
	assert_why(pool, 1, "something that is no snapshot");
	assert_why(pool, 2, "");
	pool_free(pool);
}

static void the_overall_deadline_leaves_the_rest_unknown(void **state)
{
	(void)state;
	static const char *const nodes[] = {"fine", "hang", "hang", "fine", NULL};
	struct world *world = world_of("fake", nodes);
	world->options.workers = 1;
	world->options.overall_deadline = 300;
	struct pool *pool = start(world);
	assert_why(pool, 0, "");
	assert_null(pool_cut(pool));
	for (size_t i = 1; i < 4; i++)
		assert_why(pool, i, "the overall deadline of 1 s passed");
	assert_non_null(strstr(pool_cut(pool), "overall deadline"));
	assert_int_equal(children(), 0);
	pool_free(pool);
}

static void nodes_that_need_no_network_stay_in_this_process(void **state)
{
	(void)state;
	static const char *const nodes[] = {"fine", "refuse", NULL};
	struct world *world = world_of("files", nodes);
	struct pool *pool = start(world);
	assert_int_equal(children(), 0);
	assert_why(pool, 1, "refused, says the fake");
	assert_why(pool, 0, "");
	pool_free(pool);
	world->options.isolate_all = true;
	pool = start(world);
	assert_int_equal(children(), 2);
	assert_why(pool, 1, "refused, says the fake");
	assert_why(pool, 0, "");
	pool_free(pool);
}

static void a_pool_that_is_freed_early_leaves_nobody_behind(void **state)
{
	(void)state;
	static const char *const nodes[] = {"hang", "stop", "slow", "fine", "hang", "hang", NULL};
	struct pool *pool = start(world_of("fake", nodes));
	assert_int_equal(children(), 4);
	pool_free(pool);
	assert_int_equal(children(), 0);
}

struct seen {
	size_t calls, finished, failing, done;
};

static void see(void *context, const struct pool_progress *progress)
{
	struct seen *seen = context;
	seen->calls++;
	seen->finished += progress->finished != NULL;
	seen->failing = progress->failing;
	seen->done = progress->done;
	assert_true(progress->done + progress->running <= progress->total);
}

static void progress_counts_each_node_once(void **state)
{
	(void)state;
	static const char *const nodes[] = {"fine", "refuse", "exit", "fine", "slow", NULL};
	struct world *world = world_of("fake", nodes);
	struct seen seen = {0};
	world->options.progress = see;
	world->options.context = &seen;
	struct pool *pool = start(world);
	for (size_t i = 0; i < 5; i++)
		snapshot_free(pool_take(pool, i));
	pool_free(pool);
	assert_int_equal(seen.finished, 5);
	assert_int_equal(seen.done, 5);
	assert_int_equal(seen.failing, 2);
}

struct order {
	const char *names[8];
	size_t count, most;
};

static void see_order(void *context, const struct pool_progress *progress)
{
	struct order *order = context;
	if (progress->finished)
		order->names[order->count++] = progress->finished->name;
	if (progress->running > order->most)
		order->most = progress->running;
}

static struct order order_of(const char *const *nodes)
{
	struct order order = {0};
	struct world *world = world_of("fake", nodes);
	world->options.workers = 1;
	world->options.node_deadline = 3500;
	world->options.progress = see_order;
	world->options.context = &order;
	struct pool *pool = start(world);
	for (size_t i = 0; i < world->count; i++)
		snapshot_free(pool_take(pool, i));
	pool_free(pool);
	assert_int_equal(order.count, world->count);
	return order;
}

static void who_waits_for_a_silent_node_takes_nobodys_place(void **state)
{
	(void)state;
	static const char *const silent[] = {"sought", "fine", "fine", NULL};
	struct order order = order_of(silent);
	assert_string_equal(order.names[0], "N1");
	assert_string_equal(order.names[1], "N2");
	assert_string_equal(order.names[2], "N0");
	static const char *const slow[] = {"answered", "fine", NULL};
	order = order_of(slow);
	assert_string_equal(order.names[0], "N0");
	assert_int_equal(order.most, 1);
}

static void so_many_workers_are_added_and_no_more(void **state)
{
	(void)state;
	static const char *const nodes[] = {
		"sought", "sought", "sought", "sought", "sought", "fine", NULL};
	struct order order = order_of(nodes);
	assert_int_equal(order.most, 4);
	assert_string_equal(order.names[0], "N0"); /* until then there was no room */
	assert_string_equal(order.names[5], "N4");
}

/* The last one: a signal that came stays. */
static void an_interrupt_leaves_the_rest_unknown(void **state)
{
	(void)state;
	static const char *const nodes[] = {"fine", "hang", "fine", NULL};
	struct world *world = world_of("fake", nodes);
	interrupt_watch();
	struct pool *pool = start(world);
	assert_why(pool, 0, "");
	int64_t before = clock_now();
	assert_int_equal(raise(SIGINT), 0);
	assert_why(pool, 1, "the run was interrupted (SIGINT)");
	assert_true(clock_now() - before < 5000);
	assert_non_null(strstr(pool_cut(pool), "SIGINT"));
	assert_int_equal(children(), 0);
	pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_node_has_its_snapshot_in_any_order_of_taking),
		cmocka_unit_test(the_accounts_of_a_node_are_tried_once),
		cmocka_unit_test(workers_are_reused),
		cmocka_unit_test(a_worker_that_ends_costs_its_node_only_and_says_how),
		cmocka_unit_test(a_crash_names_its_signal),
		cmocka_unit_test(a_worker_that_hangs_or_is_stopped_is_killed_at_its_deadline),
		cmocka_unit_test(an_answer_that_is_no_snapshot_is_refused),
		cmocka_unit_test(the_overall_deadline_leaves_the_rest_unknown),
		cmocka_unit_test(nodes_that_need_no_network_stay_in_this_process),
		cmocka_unit_test(a_pool_that_is_freed_early_leaves_nobody_behind),
		cmocka_unit_test(progress_counts_each_node_once),
		cmocka_unit_test(who_waits_for_a_silent_node_takes_nobodys_place),
		cmocka_unit_test(so_many_workers_are_added_and_no_more),
		cmocka_unit_test(an_interrupt_leaves_the_rest_unknown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
