/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/dcom_scope.h"
#include "compare/rule.h"

#include "inventory/vocabulary.h"

static void judge(struct judgement *judgement)
{
	dcom_judge_application_list(judgement, "launch list", LIST_APP_LAUNCH, LIST_LAUNCH_DEFAULT);
}

const struct rule rule_dcom_app_launch_same = {
	.id = "dcom_app_launch_same",
	.title = "the same roles may launch and activate the application on every node",
	.severity = SEVERITY_ERROR,
	.gate = true,
	.scope = RULE_PAIR,
	.subject = SUBJECT_APPLICATION,
	.judge = judge,
	.demand =
		"Each application in scope is registered on every node, and its launch list (value "
		"LaunchPermission of its AppID, else the machine's DefaultLaunchPermission) lets "
		"in the same trustees with the same rights. Trustees are compared by their "
		"meaning: the anonymous user and the WAM user of each node count as the same role.",
	.why = "The node whose list lacks a trustee refuses it to start or activate the server. "
	       "That shows only when the node becomes the active one.",
	.repair =
		"On the node whose list is wrong: dcomcnfg, the application, Properties, Security, "
		"launch permissions: choose custom, Edit, and add the trustee. Where the machine's "
		"default held, the custom list replaces it and must name everybody; the default "
		"itself holds for other applications too. End the server afterwards, so that it "
		"starts with the new permissions.",
	.symptoms = {"10002", "10003", "10016", "0x80070005",
		"Access denied attempting to launch a DCOM Server", "Error #46"},
	.source = "KB Q290398; KB 330346; Win32 docs, com/launchpermission",
};
