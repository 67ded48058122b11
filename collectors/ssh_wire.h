/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLLECTORS_SSH_WIRE_H
#define COLLECTORS_SSH_WIRE_H

#include "base/buffer.h"
#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The data types of the SSH protocol (RFC 4251, section 5), as they stand in key files, too:
 * numbers of 32 bits with the highest byte first, strings with their length in front, and integers
 * of any size ("mpint"), of which only positive ones are met here.
 *
 * The readers take from the front of `rest` and lend; false, and `rest` as it was, when there is
 * less than that.
 */
bool ssh_read_number(struct bytes *rest, uint32_t *number);
bool ssh_read_string(struct bytes *rest, struct bytes *string);
/* Without zeroes in front; false also when it is negative. */
bool ssh_read_mpint(struct bytes *rest, struct bytes *digits);

/* -1 when the buffer's limit forbids it. */
int ssh_write_string(struct buffer *buffer, struct bytes string);
int ssh_write_mpint(struct buffer *buffer, struct bytes digits);

bool ssh_string_is(struct bytes string, const char *text);

#endif
