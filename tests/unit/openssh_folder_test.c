/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/openssh_parts.h"
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OTHER 999999999 /* no process has this number */

struct fixture {
	char room[64];
	struct openssh_session session; /* with its folder */
};

static int set_up(void **state)
{
	struct fixture *fixture = test_calloc(1, sizeof *fixture);
	struct error error = {0};
	snprintf(fixture->room, sizeof fixture->room, "/tmp/openssh_folder_test-XXXXXX");
	if (!mkdtemp(fixture->room) || setenv("XDG_RUNTIME_DIR", fixture->room, 1) != 0)
		return -1;
	fixture->session.arena = arena_new();
	*state = fixture;
	return openssh_make_folder(&fixture->session, &error);
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	openssh_remove_folder(&fixture->session);
	int left = rmdir(fixture->room);
	arena_free(fixture->session.arena);
	test_free(fixture);
	return left;
}

/* The folder that the session of another process would have. */
static const char *folder_of_other(const struct fixture *fixture)
{
	const char *own = fixture->session.folder;
	size_t length = (size_t)(strrchr(own, '-') - own);
	return arena_format(fixture->session.arena, "%.*s-%d", (int)length, own, OTHER);
}

static const char *file_in(const struct fixture *fixture, const char *folder)
{
	const char *path = arena_format(fixture->session.arena, "%s/file", folder);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fclose(file);
	return path;
}

static void what_a_worker_left_is_removed(void **state)
{
	struct fixture *fixture = *state;
	const char *folder = folder_of_other(fixture);
	assert_int_equal(mkdir(folder, 0700), 0);
	file_in(fixture, folder);
	openssh_session_clear(OTHER);
	assert_int_equal(access(folder, F_OK), -1);
	assert_int_equal(access(fixture->session.config, F_OK), 0);
}

static void what_a_link_in_its_place_leads_to_is_left_alone(void **state)
{
	struct fixture *fixture = *state;
	const char *folder = folder_of_other(fixture);
	const char *target = arena_format(fixture->session.arena, "%s/target", fixture->room);
	assert_int_equal(mkdir(target, 0700), 0);
	const char *file = file_in(fixture, target);
	assert_int_equal(symlink(target, folder), 0);
	openssh_session_clear(OTHER);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(unlink(folder), 0);
	assert_int_equal(rmdir(target), 0);
}

static void what_belongs_to_somebody_else_is_left_alone(void **state)
{
	struct fixture *fixture = *state;
	const char *folder = folder_of_other(fixture);
	if (geteuid() != 0) {
		print_message("only root can give a folder away\n");
		skip();
	}
	assert_int_equal(mkdir(folder, 0700), 0);
	const char *file = file_in(fixture, folder);
	assert_int_equal(chown(folder, 65534, 65534), 0);
	openssh_session_clear(OTHER);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(rmdir(folder), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_a_worker_left_is_removed),
		TEST(what_a_link_in_its_place_leads_to_is_left_alone),
		TEST(what_belongs_to_somebody_else_is_left_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
