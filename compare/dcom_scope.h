/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPARE_DCOM_SCOPE_H
#define COMPARE_DCOM_SCOPE_H

#include "compare/dcom_list.h"

/* What the DCOM rules share beside the lists themselves. */

/* Whether an "exists" fact says that the thing is there; a value other than true and false says
 * nothing, for the reason dcom_exists_odd. */
enum truth dcom_exists(struct answer exists);
extern const char dcom_exists_odd[];

/* Machine Debug Manager, about which KB Q290398 is; by its class, by what dcomcnfg calls it, or
 * because the class leads to it. */
#define DEBUGGER_NAME "Machine Debug Manager"
enum truth dcom_is_debugger(struct judgement *judgement, struct side *side);

/* Whether two nodes run the same version and service pack of Windows. */
enum truth dcom_same_release(struct judgement *judgement, struct side *a, struct side *b);

/* Where an administrator changes the list: "dcomcnfg, {...}, Properties, Security, ..."; for a rule
 * about an application that is its own list, not the default of the machine. */
const char *dcom_list_steps(struct judgement *judgement, const char *prefix);
/* "default launch list", "access list of {...}". */
const char *dcom_list_name(struct judgement *judgement, const char *prefix);

/* Calls back for the four machine lists of a side and for the launch and the access list of its
 * own of each application in scope. */
typedef void list_visit(struct judgement *judgement, struct side *side,
	const struct dcom_list *list, void *context);
void dcom_each_list(
	struct judgement *judgement, struct side *side, list_visit *visit, void *context);

/* The judges of the rules that compare two machine lists, and one list of an application. */
void dcom_judge_machine_lists(struct judgement *judgement, const char *launch, const char *access);
void dcom_judge_application_list(
	struct judgement *judgement, const char *what, const char *own, const char *fallback);

#endif
