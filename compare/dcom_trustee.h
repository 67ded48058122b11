/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARE_DCOM_TRUSTEE_H
#define COMPARE_DCOM_TRUSTEE_H

#include "compare/dcom_list.h"

/*
 * Whether a list, as it stands on this side, lets a trustee in from this very computer: an entry
 * for it or for Everyone allows a local right, and none denies one. Memberships are not followed
 * for allowing entries; a denial of what may be a group that an account is in leaves the answer
 * open. COM's own defaults: launching is for Administrators, SYSTEM and INTERACTIVE, access for
 * SYSTEM and the identity of the server itself (Win32 docs, com/defaultlaunchpermission and
 * com/defaultaccesspermission).
 */
struct admission {
	enum truth admitted;
	bool denied;	 /* where not admitted: an entry denies it */
	const char *why; /* where unknown */
};
struct admission dcom_list_admits(struct judgement *judgement, struct side *side,
	const struct dcom_list *list, const char *account);

#endif
