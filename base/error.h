/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

/*
 * One error, owned by the caller, of fixed size. The place that detects a fault writes the text
 * (what, where, what to do) and returns error_set(...); callers may only put context in front.
 * The first error wins: a second error_set on the same struct changes nothing.
 *
 * Texts never quote the content of an artefact: it may hold a password.
 * The codes are those of sysexits.h, because the exit code is what somebody acts on.
 */
enum error_code {
	ERROR_NONE = 0,
	ERROR_USAGE = 64,	/* wrong words on the command line */
	ERROR_INPUT = 65,	/* a file that cannot be read or understood */
	ERROR_UNREACHABLE = 69, /* nothing could be reached */
	ERROR_INTERNAL = 70,	/* the machine failed us: output not written, no memory */
};

struct error {
	enum error_code code;
	char text[512];
};

/* Sets code and text unless an error stands there already. Always returns -1. */
int error_set(struct error *error, enum error_code code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "context: " in front of the text, which is cut at its end if it no longer fits. */
void error_context(struct error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
