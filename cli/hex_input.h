/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_HEX_INPUT_H
#define CLI_HEX_INPUT_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"

/*
 * Bytes in hexadecimal as registry tools print one value, in any text encoding and either case:
 *	01000480...
 *	"Name"=hex:01,00,04,80,\          (continued on the next line; the name may be missing)
 *	    Name    REG_BINARY    01000480...
 * What stands before "hex:" or "REG_BINARY" is passed over; blanks, commas and line ends separate
 * bytes. At least one byte. Errors say "line N".
 */
int hex_input_read(struct arena *arena, struct bytes input, struct bytes *out, struct error *error);

/* Lower-case hexadecimal without separators. */
char *hex_text(struct arena *arena, struct bytes bytes);

#endif
