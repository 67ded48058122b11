/* SPDX-License-Identifier: Apache-2.0 */
#include "collectors/shell.h"

void shell_result_release(struct shell_result *result)
{
	buffer_release(&result->output);
	buffer_release(&result->errors);
}
