/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Security modules that may keep containers from their views. */
#include "doctor/security.h"

#include <string.h>

void lx_security_check_selinux(const LxPatient *patient, LxFindings *findings)
{
	g_autofree char *enforce = lx_patient_text(patient, "/sys/fs/selinux/enforce");

	if (!enforce)
		lx_findings_add(findings, LX_SEVERITY_OK, NULL, "SELinux is not in use");
	else if (enforce[0] == '1')
		lx_findings_add(findings, LX_SEVERITY_NOTE,
			"if a container reads \"Permission denied\": ausearch -m AVC -ts recent | "
			"audit2allow -M lxfs && semodule -i lxfs.pp",
			"SELinux enforces: containers must be allowed to read fusefs_t");
	else
		lx_findings_add(findings, LX_SEVERITY_OK, NULL, "SELinux only watches");
}

static bool confines(const char *profiles, const char *name)
{
	g_auto(GStrv) lines = g_strsplit(profiles, "\n", 4096);

	for (char **line = lines; *line; line++)
		if (g_str_has_prefix(*line, name) && strstr(*line, "(enforce)"))
			return true;
	return false;
}

/* Its file of profiles is root's to read. */
void lx_security_check_apparmor(const LxPatient *patient, LxFindings *findings)
{
	g_autofree char *on = lx_patient_text(patient, "/sys/module/apparmor/parameters/enabled");
	g_autofree char *profiles =
		lx_patient_text(patient, "/sys/kernel/security/apparmor/profiles");

	if (!on || on[0] != 'Y')
		lx_findings_add(findings, LX_SEVERITY_OK, NULL, "AppArmor is not in use");
	else if (profiles && (confines(profiles, "lxfs") || confines(profiles, "/usr/bin/lxfs")))
		lx_findings_add(findings, LX_SEVERITY_WARNING, "aa-complain lxfs",
			"AppArmor confines lxfs itself: it mounts, enters namespaces and reads "
			"every process");
	else
		lx_findings_add(findings, LX_SEVERITY_OK, NULL,
			"AppArmor is in use and does not confine lxfs");
}
