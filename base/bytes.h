/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stddef.h>

/* Borrowed bytes from outside: any value, not terminated. */
struct bytes {
	const unsigned char *data;
	size_t length;
};

#endif
