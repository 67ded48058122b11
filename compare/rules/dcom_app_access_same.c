/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/dcom_scope.h"
#include "compare/rule.h"

#include "inventory/vocabulary.h"

static void judge(struct judgement *judgement)
{
	dcom_judge_application_list(judgement, "access list", LIST_APP_ACCESS, LIST_ACCESS_DEFAULT);
}

const struct rule rule_dcom_app_access_same = {
	.id = "dcom_app_access_same",
	.title = "the same roles may call the application on every node",
	.severity = SEVERITY_ERROR,
	.gate = true,
	.scope = RULE_PAIR,
	.subject = SUBJECT_APPLICATION,
	.judge = judge,
	.demand =
		"Each application in scope is registered on every node, and its access list (value "
		"AccessPermission of its AppID, else the machine's DefaultAccessPermission) lets "
		"in the same trustees with the same rights. Trustees are compared by their "
		"meaning: the anonymous user and the WAM user of each node count as the same role. "
		"Where no list is set, COM lets in SYSTEM and the identity of the server, which "
		"cannot be compared with a list.",
	.why = "The node whose list lacks a trustee refuses its calls although the server runs. "
	       "That shows only when the node becomes the active one. A server that calls "
	       "CoInitializeSecurity with permissions of its own does not use this list.",
	.repair =
		"On the node whose list is wrong: dcomcnfg, the application, Properties, Security, "
		"access permissions: choose custom, Edit, and add the trustee. Where the machine's "
		"default held, the custom list replaces it and must name everybody; the default "
		"itself holds for other applications too. End the server afterwards, so that it "
		"starts with the new permissions.",
	.symptoms = {"10017", "10002", "0x80070005", "Permission denied", "Error #46"},
	.source = "KB Q290398; KB 330346; Win32 docs, com/accesspermission, "
		  "com/defaultaccesspermission",
};
