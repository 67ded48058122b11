/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

/* cmocka wants these four before it, in this order. */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#endif
