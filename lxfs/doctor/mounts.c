/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the mounts of lxfs are, and whose are beside them. */
#include "doctor/mounts.h"

#include "mounts/anchors.h"
#include "mounts/survey.h"
#include "serve/pidfile.h"

#include <string.h>

static LxMountinfo *own_mounts(const LxPatient *patient)
{
	char *text = lx_patient_text(patient, "/proc/self/mountinfo");

	return text ? lx_mountinfo_parse(text, "mountinfo", NULL) : NULL;
}

void lx_mounts_check_anchors(const LxPatient *patient, LxFindings *findings)
{
	g_autofree char *folder = lx_anchors_folder(patient->runtime_dir);
	g_autoptr(LxMountinfo) own = own_mounts(patient);
	const LxMount *mount = own ? lx_mountinfo_top(own, folder) : NULL;
	g_autofree char *cure = g_strdup_printf("mount --make-shared %s", folder);

	if (mount && mount->shared)
		lx_findings_add(findings, LX_SEVERITY_OK, NULL, "%s is shared", folder);
	else if (mount)
		lx_findings_add(findings, LX_SEVERITY_BROKEN, cure,
			"%s is not shared: containers do not follow it", folder);
	else if (own)
		lx_findings_add(findings, LX_SEVERITY_NOTE, "lxfs serve makes them",
			"there are no anchors below %s", patient->runtime_dir);
}

/* Where the service has a mount namespace of its own, what it mounts must be shared with the
 * host's. */
void lx_mounts_check_namespace(const LxPatient *patient, LxFindings *findings)
{
	pid_t pid = lx_patient_lives(patient)
			    ? lx_pidfile_holder(patient->runtime_dir, "supervisor.pid")
			    : 0;
	g_autofree char *path = g_strdup_printf("/proc/%d/ns/mnt", (int)pid);
	g_autofree char *its = pid ? g_file_read_link(path, NULL) : NULL;
	g_autofree char *hosts = g_file_read_link("/proc/1/ns/mnt", NULL);

	if (!its || !hosts)
		return;
	if (strcmp(its, hosts) == 0)
		lx_findings_add(
			findings, LX_SEVERITY_OK, NULL, "it serves in the mount namespace of init");
	else
		lx_findings_add(findings, LX_SEVERITY_NOTE,
			"in a container: mount the runtime folder with propagation rshared "
			"(Kubernetes: Bidirectional); in a unit: no Private*= and Protect*=",
			"it serves in a mount namespace of its own");
}

void lx_mounts_check_dead(const LxPatient *patient, LxFindings *findings)
{
	g_autofree char *cure = g_strdup_printf("lxfs heal --runtime-dir %s", patient->runtime_dir);
	g_autoptr(GError) error = NULL;
	LxSurvey survey;

	if (!lx_patient_lives(patient))
		return;
	if (!lx_survey_take(patient->runtime_dir, patient->mountpoint, &survey, &error))
		lx_findings_add(
			findings, LX_SEVERITY_WARNING, "sudo lxfs doctor", "%s", error->message);
	else if (survey.dead)
		lx_findings_add(findings, LX_SEVERITY_BROKEN, cure,
			"%u dead views in %u mount namespaces, as process %d sees them",
			survey.dead, survey.namespaces_dead, (int)survey.example);
	else
		lx_findings_add(findings, LX_SEVERITY_OK, NULL,
			"%u views in %u mount namespaces, none dead", survey.served,
			survey.namespaces);
}

void lx_mounts_check_lxcfs(const LxPatient *patient, LxFindings *findings)
{
	g_autoptr(LxMountinfo) own = own_mounts(patient);
	const LxMount *mount;

	for (unsigned i = 0; own && (mount = lx_mountinfo_at(own, i)) != NULL; i++) {
		if (strcmp(mount->fstype, "fuse.lxcfs") != 0)
			continue;
		lx_findings_add(findings, LX_SEVERITY_NOTE,
			"to take its place: stop it, then lxfs serve --mountpoint=/var/lib/lxcfs",
			"LXCFS is mounted at %s, too: containers set up for it have its files",
			mount->mountpoint);
		return;
	}
}
