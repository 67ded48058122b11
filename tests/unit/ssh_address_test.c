/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/ssh_address.h"

#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

struct expectation {
	const char *text;
	const char *user;
	const char *host;
	unsigned port;
};

static void user_host_and_port_are_told_apart(void **state)
{
	(void)state;
	static const struct expectation cases[] = {
		{"admin@conf1", "admin", "conf1", 22},
		{"admin@conf1.example.test:2222", "admin", "conf1.example.test", 2222},
		{"admin@192.0.2.1:65535", "admin", "192.0.2.1", 65535},
		{"admin@[2001:db8::1]:2222", "admin", "2001:db8::1", 2222},
		{"admin@[2001:db8::1]", "admin", "2001:db8::1", 22},
		{"admin@2001:db8::1", "admin", "2001:db8::1", 22},
		{"admin@[fe80::1%eth0]:22", "admin", "fe80::1%eth0", 22},
		{"DOMAIN\\admin@conf1", "DOMAIN\\admin", "conf1", 22},
		{"admin@example.test@conf1:22", "admin@example.test", "conf1", 22},
	};
	auto_arena struct arena *arena = arena_new();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct ssh_address address = {0};
		struct error error = {0};
		assert_int_equal(ssh_address_read(arena, cases[i].text, &address, &error), 0);
		assert_string_equal(address.user, cases[i].user);
		assert_string_equal(address.host, cases[i].host);
		assert_int_equal(address.port, cases[i].port);
	}
}

static void without_a_user_it_is_the_one_of_this_process(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	struct ssh_address address = {0};
	struct error error = {0};
	assert_int_equal(ssh_address_read(arena, "conf1:2222", &address, &error), 0);
	assert_true(strlen(address.user) > 0);
	assert_string_equal(address.host, "conf1");
}

static void what_is_no_address_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "@conf1", "admin@", "admin@:22",
		"admin@conf1:", "admin@conf1:0", "admin@conf1:65536", "admin@conf1:22x",
		"admin@[::1", "admin@[]:22", "admin@[::1]22", "admin@-oProxyCommand",
		"-oProxyCommand=x@conf1", "a -x@conf1", "$(x)@conf1", "`x`@conf1", "a;x@conf1",
		"a\\@conf1", "a\n@conf1", "admin@conf1;x", "admin@$x", "admin@a b", "admin@a\nb",
		"admin@`x`", "admin@a|b", NULL};
	auto_arena struct arena *arena = arena_new();
	for (size_t i = 0; bad[i]; i++) {
		struct ssh_address address = {0};
		struct error error = {0};
		assert_int_equal(ssh_address_read(arena, bad[i], &address, &error), -1);
		assert_int_equal(error.code, ERROR_UNREACHABLE);
	}
}

static void a_tilde_is_the_home_of_the_user(void **state)
{
	(void)state;
	auto_arena struct arena *arena = arena_new();
	setenv("HOME", "/home/admin", 1);
	assert_string_equal(
		ssh_path(arena, "folder", "~/.ssh/id_ed25519"), "/home/admin/.ssh/id_ed25519");
	assert_string_equal(ssh_path(arena, "folder", "keys/id"), "folder/keys/id");
	assert_string_equal(ssh_path(arena, "folder", "/keys/id"), "/keys/id");
	assert_string_equal(ssh_path(arena, NULL, "keys/id"), "keys/id");
	assert_string_equal(ssh_path(arena, "folder", "~id"), "folder/~id");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(user_host_and_port_are_told_apart),
		cmocka_unit_test(without_a_user_it_is_the_one_of_this_process),
		cmocka_unit_test(what_is_no_address_is_refused),
		cmocka_unit_test(a_tilde_is_the_home_of_the_user),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
