/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/ssh_wire.h"

#include <string.h>

static void skip(struct bytes *rest, size_t length)
{
	*rest = (struct bytes){rest->data + length, rest->length - length};
}

bool ssh_read_number(struct bytes *rest, uint32_t *number)
{
	if (rest->length < 4)
		return false;
	*number = (uint32_t)rest->data[0] << 24 | (uint32_t)rest->data[1] << 16 |
		  (uint32_t)rest->data[2] << 8 | rest->data[3];
	skip(rest, 4);
	return true;
}

bool ssh_read_string(struct bytes *rest, struct bytes *string)
{
	struct bytes after = *rest;
	uint32_t length;
	if (!ssh_read_number(&after, &length) || length > after.length)
		return false;
	*string = (struct bytes){after.data, length};
	skip(&after, length);
	*rest = after;
	return true;
}

static void drop_zeroes(struct bytes *digits)
{
	while (digits->length && digits->data[0] == 0)
		skip(digits, 1);
}

bool ssh_read_mpint(struct bytes *rest, struct bytes *digits)
{
	struct bytes after = *rest;
	if (!ssh_read_string(&after, digits) || (digits->length && digits->data[0] & 0x80))
		return false;
	drop_zeroes(digits);
	*rest = after;
	return true;
}

static int write_number(struct buffer *buffer, size_t number)
{
	const unsigned char bytes[] = {(unsigned char)(number >> 24), (unsigned char)(number >> 16),
		(unsigned char)(number >> 8), (unsigned char)number};
	return buffer_append(buffer, bytes, sizeof bytes);
}

int ssh_write_string(struct buffer *buffer, struct bytes string)
{
	if (string.length > UINT32_MAX || write_number(buffer, string.length) != 0)
		return -1;
	return buffer_append(buffer, string.data, string.length);
}

int ssh_write_mpint(struct buffer *buffer, struct bytes digits)
{
	drop_zeroes(&digits);
	bool sign = digits.length && digits.data[0] & 0x80;
	if (digits.length >= UINT32_MAX || write_number(buffer, digits.length + sign) != 0 ||
		buffer_append(buffer, "", sign) != 0)
		return -1;
	return buffer_append(buffer, digits.data, digits.length);
}

bool ssh_string_is(struct bytes string, const char *text)
{
	return string.length == strlen(text) && memcmp(string.data, text, string.length) == 0;
}
