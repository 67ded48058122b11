/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/dcom_scope.h"
#include "compare/rule.h"

#include "inventory/vocabulary.h"

static void judge(struct judgement *judgement)
{
	dcom_judge_machine_lists(judgement, LIST_LAUNCH_DEFAULT, LIST_ACCESS_DEFAULT);
}

const struct rule rule_dcom_machine_defaults_same = {
	.id = "dcom_machine_defaults_same",
	.title = "the machine's default DCOM permissions grant the same roles the same rights",
	.severity = SEVERITY_WARNING,
	.scope = RULE_PAIR,
	.subject = SUBJECT_DCOM,
	.judge = judge,
	.demand =
		"DefaultLaunchPermission and DefaultAccessPermission of "
		"HKLM\\SOFTWARE\\Microsoft\\Ole let in the same trustees with the same rights on "
		"every node. Trustees are compared by their meaning: the anonymous user and the "
		"WAM user of each node count as the same role, accounts of the nodes' own by their "
		"names. Where neither node has a list, COM's own default holds, which is the same "
		"only for the same version of Windows.",
	.why = "The defaults hold for each application that has no permissions of its own. A "
	       "trustee that is missing on one node is refused there. Between different versions "
	       "of Windows a difference may be by design, so that is unknown rather than broken.",
	.repair =
		"On the node whose list is wrong: dcomcnfg, My Computer, Properties, COM Security, "
		"Edit Default (Windows 2000: dcomcnfg, Default Security). Better: give the "
		"application in scope permissions of its own.",
	.symptoms = {"10003", "10015", "10016", "0x80070005", "Access denied"},
	.source =
		"Win32 docs, com/defaultlaunchpermission, com/defaultaccesspermission; KB Q290398",
};
