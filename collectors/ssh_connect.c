/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/interrupt.h"
#include "collectors/ssh_parts.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int find_addresses(
	struct ssh_session *session, struct addrinfo **addresses, struct error *error)
{
	char port[16];
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST};
	snprintf(port, sizeof port, "%u", session->address.port);
	int result = getaddrinfo(session->address.host, port, &hints, addresses);
	if (result == 0)
		return 0;
	hints.ai_flags = 0;
	result = getaddrinfo(session->address.host, port, &hints, addresses);
	if (result == 0)
		return 0;
	return error_set(error, ERROR_UNREACHABLE,
		"the name cannot be resolved: %s; check the name in the inventory, or write the "
		"address",
		result == EAI_SYSTEM ? strerror(errno) : gai_strerror(result));
}

int ssh_poll(int fd, short events, int64_t deadline)
{
	for (;;) {
		struct pollfd wait[] = {
			{.fd = fd, .events = events}, {.fd = interrupt_fd(), .events = POLLIN}};
		int ready = poll(wait, 2, clock_left(deadline));
		if (interrupt_name())
			errno = EINTR;
		if (interrupt_name() || (ready < 0 && errno != EINTR))
			return -1;
		if (ready >= 0)
			return wait[0].revents;
	}
}

/* Waits for a connection that has begun; 0, or the errno of why there is none. */
static int finish_connect(int fd, int64_t deadline)
{
	int result = 0;
	socklen_t size = sizeof result;
	int ready = ssh_poll(fd, POLLOUT, deadline);
	if (ready < 0)
		return errno;
	if (ready == 0)
		return ETIMEDOUT;
	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &result, &size) == 0 ? result : errno;
}

/* The connected socket, or -1 with errno. */
static int connect_to(const struct addrinfo *address, int64_t deadline)
{
	int on = 1;
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	int result = 0;
	if (connect(fd, address->ai_addr, address->ai_addrlen) != 0)
		result = errno == EINPROGRESS || errno == EINTR ? finish_connect(fd, deadline)
								: errno;
	if (result == 0) {
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		return fd;
	}
	close(fd);
	errno = result;
	return -1;
}

static size_t count_of(const struct addrinfo *addresses)
{
	size_t count = 0;
	for (; addresses; addresses = addresses->ai_next)
		count++;
	return count;
}

static int say_why(int number, bool passed, struct error *error)
{
	if (interrupt_name())
		return error_set(error, ERROR_UNREACHABLE, "stopped by %s", interrupt_name());
	if (passed)
		return error_set(error, ERROR_UNREACHABLE,
			"deadline passed while connecting: nothing answers there; check the "
			"address "
			"and the firewalls in between");
	if (number == ECONNREFUSED)
		return error_set(error, ERROR_UNREACHABLE,
			"connecting: %s; no SSH server listens there: check the service and the "
			"port",
			strerror(number));
	return error_set(error, ERROR_UNREACHABLE, "connecting: %s", strerror(number));
}

int ssh_connect(struct ssh_session *session, struct error *error)
{
	struct addrinfo *addresses;
	int number = 0;
	contact_tell(session->options.contact, CONTACT_SOUGHT);
	if (find_addresses(session, &addresses, error) != 0)
		return -1;
	/* A dead address of several must not take all the time. */
	size_t left = count_of(addresses);
	for (const struct addrinfo *at = addresses; at && session->fd < 0;
		at = at->ai_next, left--) {
		int64_t until = clock_now() + clock_left(session->options.deadline) / (int64_t)left;
		session->fd = connect_to(at, until);
		number = errno;
	}
	freeaddrinfo(addresses);
	if (session->fd >= 0) {
		contact_tell(session->options.contact, CONTACT_MADE);
		return 0;
	}
	return say_why(number, clock_left(session->options.deadline) == 0, error);
}
