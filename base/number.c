/* SPDX-License-Identifier: Apache-2.0 */
#include "base/number.h"

#include <assert.h>

int number_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool number_read(const char *text, size_t length, unsigned base, uint64_t maximum, uint64_t *out)
{
	assert(base == 10 || base == 16);
	if (length == 0)
		return false;
	uint64_t value = 0;
	for (size_t i = 0; i < length; i++) {
		int digit = number_hex_digit(text[i]);
		if (digit < 0 || (unsigned)digit >= base || (unsigned)digit > maximum)
			return false;
		if (value > (maximum - (unsigned)digit) / base)
			return false;
		value = value * base + (unsigned)digit;
	}
	*out = value;
	return true;
}
