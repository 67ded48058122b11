/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/dcom_scope.h"
#include "compare/rule.h"

#include "inventory/vocabulary.h"

static void judge(struct judgement *judgement)
{
	dcom_judge_machine_lists(judgement, LIST_LAUNCH_LIMIT, LIST_ACCESS_LIMIT);
}

const struct rule rule_dcom_machine_limits_same = {
	.id = "dcom_machine_limits_same",
	.title = "the machine's DCOM limits let the same roles pass",
	.severity = SEVERITY_WARNING,
	.scope = RULE_PAIR,
	.subject = SUBJECT_DCOM,
	.judge = judge,
	.demand =
		"MachineLaunchRestriction and MachineAccessRestriction of "
		"HKLM\\SOFTWARE\\Microsoft\\Ole let the same trustees pass with the same rights on "
		"every node. Where neither node has a limit, they agree only if both run the same "
		"version of Windows.",
	.why = "From Windows XP Service Pack 2 and Windows Server 2003 Service Pack 1 on the "
	       "limits come before the permissions of every application: whom a limit refuses, no "
	       "application can let in. By default they give a caller that is neither an "
	       "administrator nor, on Windows Server 2003 SP1 and later, in Distributed COM Users "
	       "no remote launch or activation. The defaults differ between versions of Windows, "
	       "so a difference between different versions is unknown rather than broken.",
	.repair = "On the node whose limit is wrong: dcomcnfg, My Computer, Properties, COM "
		  "Security, Edit Limits. Where a group policy sets them (DCOM: Machine Launch "
		  "Restrictions, DCOM: Machine Access Restrictions in SDDL), change the policy.",
	.symptoms = {"10015", "10019", "10027", "0x80070005", "Error #46"},
	.source = "Win32 docs, "
		  "com/dcom-security-enhancements-in-windows-xp-service-pack-2-and-windows-"
		  "server-2003-service-pack-1, com/machinelaunchrestriction, "
		  "com/machineaccessrestriction",
};
