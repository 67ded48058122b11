/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bare_ssh USER KEY PORT COUNT COMMAND: what libssh2 costs by itself, for tests/bench/ssh_run.
 * Reads COUNT IPv4 addresses from standard input, and visits one after another in this one
 * process: connect, handshake, login with the key, one command and its output, close. Host keys
 * are not looked at. Not what anybody should do; the least that can be done.
 */
#include "base/number.h"

#include <arpa/inet.h>
#include <libssh2.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct visit {
	const char *user, *key, *command;
	unsigned port;
};

static int connect_to(const char *address, unsigned port)
{
	struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || inet_pton(AF_INET, address, &place.sin_addr) != 1 ||
		connect(fd, (struct sockaddr *)&place, sizeof place) != 0) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return fd;
}

static int run(LIBSSH2_SESSION *session, const char *command)
{
	char block[4096];
	ssize_t got;
	size_t length = 0;
	LIBSSH2_CHANNEL *channel = libssh2_channel_open_session(session);
	if (!channel || libssh2_channel_exec(channel, command) != 0)
		return -1;
	while ((got = libssh2_channel_read(channel, block, sizeof block)) > 0)
		length += (size_t)got;
	libssh2_channel_close(channel);
	libssh2_channel_wait_closed(channel);
	int status = libssh2_channel_get_exit_status(channel);
	libssh2_channel_free(channel);
	return got == 0 && status == 0 && length ? 0 : -1;
}

static int visit(const struct visit *plan, const char *address)
{
	int fd = connect_to(address, plan->port);
	LIBSSH2_SESSION *session = fd >= 0 ? libssh2_session_init() : NULL;
	int result = -1;
	if (session && libssh2_session_handshake(session, fd) == 0 &&
		libssh2_userauth_publickey_fromfile(session, plan->user, NULL, plan->key, NULL) ==
			0)
		result = run(session, plan->command);
	if (session) {
		libssh2_session_disconnect(session, "done");
		libssh2_session_free(session);
	}
	if (fd >= 0)
		close(fd);
	return result;
}

int main(int argc, char **argv)
{
	char address[64];
	uint64_t port, count;
	if (argc != 6 || !number_read(argv[3], strlen(argv[3]), 10, UINT16_MAX, &port) ||
		!number_read(argv[4], strlen(argv[4]), 10, UINT32_MAX, &count) ||
		libssh2_init(0) != 0)
		return 2;
	const struct visit plan = {argv[1], argv[2], argv[5], (unsigned)port};
	for (; count > 0; count--) {
		if (scanf("%63s", address) != 1 || visit(&plan, address) != 0) {
			fprintf(stderr, "bare_ssh: a visit failed, %llu were left\n",
				(unsigned long long)count);
			return 1;
		}
	}
	libssh2_exit();
	return 0;
}
