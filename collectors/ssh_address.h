/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_SSH_ADDRESS_H
#define COLLECTORS_SSH_ADDRESS_H

#include "base/arena.h"
#include "base/error.h"

/*
 * "user@host:port" of a node. User and port may be left out: the user of this process, 22. A user
 * may hold "@" and "\" (the last "@" separates); an IPv6 address with a port stands in brackets.
 */
struct ssh_address {
	const char *user;
	const char *host;
	unsigned port;
};

int ssh_address_read(
	struct arena *arena, const char *text, struct ssh_address *address, struct error *error);

/* The path of an option: "~/" is the home of this user, else relative to the folder. */
const char *ssh_path(struct arena *arena, const char *folder, const char *path);

#endif
