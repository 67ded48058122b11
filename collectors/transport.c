/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/transport.h"

#include <string.h>

const struct transport *transport_find(const char *scheme)
{
	for (const struct transport *const *transport = transport_catalogue; *transport;
		transport++) {
		if (strcmp((*transport)->scheme, scheme) == 0)
			return *transport;
	}
	return NULL;
}
