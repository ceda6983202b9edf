/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of checks: a new check is one row and one function. */
#include "doctor/checks.h"

#include "doctor/cgroups.h"
#include "doctor/kernel.h"
#include "doctor/mounts.h"
#include "doctor/runtimes.h"
#include "doctor/security.h"
#include "doctor/service.h"

static const struct {
	const char *area;
	const char *name;
	void (*run)(const LxPatient *patient, LxFindings *findings);
} checks[] = {
	{"kernel", "fuse", lx_kernel_check_fuse},
	{"kernel", "system-calls", lx_kernel_check_calls},
	{"kernel", "pressure", lx_kernel_check_pressure},
	{"kernel", "user-namespaces", lx_kernel_check_user_namespaces},
	{"cgroups", "layout", lx_cgroups_check_layout},
	{"cgroups", "controllers", lx_cgroups_check_controllers},
	{"cgroups", "swap", lx_cgroups_check_swap},
	{"cgroups", "freezer", lx_cgroups_check_freezer},
	{"service", "settings", lx_service_check_settings},
	{"service", "supervisor", lx_service_check_supervisor},
	{"service", "worker", lx_service_check_worker},
	{"service", "answer", lx_service_check_answer},
	{"service", "status", lx_service_check_status},
	{"service", "store", lx_service_check_store},
	{"mounts", "anchors", lx_mounts_check_anchors},
	{"mounts", "namespace", lx_mounts_check_namespace},
	{"mounts", "dead", lx_mounts_check_dead},
	{"mounts", "lxcfs", lx_mounts_check_lxcfs},
	{"runtimes", "wired", lx_runtimes_check},
	{"security", "selinux", lx_security_check_selinux},
	{"security", "apparmor", lx_security_check_apparmor},
};

LxFindings *lx_checks_run(const LxPatient *patient)
{
	LxFindings *findings = lx_findings_new();

	for (size_t i = 0; i < G_N_ELEMENTS(checks); i++) {
		lx_findings_begin(findings, checks[i].area, checks[i].name);
		checks[i].run(patient, findings);
	}
	return findings;
}
