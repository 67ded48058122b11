/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Whole numbers from text: all `length` characters must be digits of the base (10 or 16, no sign,
 * no prefix, no blanks) and the value at most `maximum`. False leaves *out alone.
 */
bool number_read(const char *text, size_t length, unsigned base, uint64_t maximum, uint64_t *out);

/* Value of one hexadecimal digit, or -1. */
int number_hex_digit(char c);

#endif
