/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_SECRET_REFERENCE_H
#define COLLECTORS_SECRET_REFERENCE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/secret.h"

#include <stdbool.h>

/*
 * Where a secret comes from; the inventory names places, never secrets:
 *	fd:N             an open descriptor of this process, read to its end once
 *	pipe:PATH        a named pipe (a regular file is refused), read to its end once
 *	credential:NAME  a file of $CREDENTIALS_DIRECTORY, as systemd passes credentials
 * One final line end is dropped. At most 4096 bytes. Each reference is read once and kept for the
 * run; what is read before worker processes start they inherit.
 */
bool secret_reference_valid(const char *reference);

/* Lent until secret_references_clear; NULL with ERROR_INPUT: reference and reason, no content. */
const struct secret *secret_reference_read(const char *reference, struct error *error);
void secret_references_clear(void);

#endif
