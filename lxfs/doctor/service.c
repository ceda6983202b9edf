/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether lxfs serves. Whatever may hang is asked in a child that has its time. */
#include "doctor/service.h"

#include "child.h"
#include "fd.h"
#include "runtime.h"
#include "serve/pidfile.h"
#include "serve/status.h"
#include "settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

static bool has_systemd(const LxPatient *patient)
{
	return lx_patient_has(patient, "/run/systemd/system");
}

static const char *start_command(const LxPatient *patient)
{
	return has_systemd(patient) ? "systemctl start lxfs" : "lxfs serve &";
}

static const char *restart_command(const LxPatient *patient)
{
	return has_systemd(patient) ? "systemctl restart lxfs"
				    : "end lxfs serve and start it again";
}

/* ---- Settings ---------------------------------------------------------------------------- */

void lx_service_check_settings(const LxPatient *patient, LxFindings *findings)
{
	g_autofree char *cure = g_strdup_printf(
		"correct %s (man lxfs.conf), then: lxfs reload", patient->settings_file);
	g_autofree char *text = lx_patient_text(patient, patient->settings_file);
	g_auto(LxProgramSettings) settings = {0};
	g_autoptr(GError) error = NULL;

	lx_settings_defaults(&settings);
	if (!text && !lx_patient_has(patient, patient->settings_file))
		lx_findings_add(findings, LX_SEVERITY_OK, NULL, "no settings file: all defaults");
	else if (!text)
		lx_findings_add(findings, LX_SEVERITY_BROKEN, cure, "%s cannot be read",
			patient->settings_file);
	else if (lx_settings_parse(&settings, text, &error))
		lx_findings_add(
			findings, LX_SEVERITY_OK, NULL, "%s is in order", patient->settings_file);
	else
		lx_findings_add(findings, LX_SEVERITY_BROKEN, cure, "%s: %s",
			patient->settings_file, error->message);
}

/* ---- Processes --------------------------------------------------------------------------- */

/* 0: nobody serves. */
static pid_t supervisor(const LxPatient *patient)
{
	return lx_patient_lives(patient) ? lx_pidfile_holder(patient->runtime_dir, "supervisor.pid")
					 : 0;
}

void lx_service_check_supervisor(const LxPatient *patient, LxFindings *findings)
{
	pid_t pid = supervisor(patient);

	if (!lx_patient_lives(patient))
		return;
	if (pid > 0)
		lx_findings_add(
			findings, LX_SEVERITY_OK, NULL, "lxfs serves (process %d)", (int)pid);
	else
		lx_findings_add(findings, LX_SEVERITY_BROKEN, start_command(patient),
			"no lxfs serves with the runtime folder %s", patient->runtime_dir);
}

static bool is_worker(pid_t pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/comm", (int)pid);
	g_autofree char *name = NULL;

	return g_file_get_contents(path, &name, NULL, NULL) &&
	       strcmp(g_strchomp(name), "lxfs-worker") == 0;
}

void lx_service_check_worker(const LxPatient *patient, LxFindings *findings)
{
	g_autofree char *text = NULL;
	pid_t pid;

	if (supervisor(patient) == 0)
		return;
	text = lx_runtime_read(patient->runtime_dir, "worker.pid");
	pid = text ? (pid_t)atoi(text) : 0;
	if (pid > 0 && is_worker(pid))
		lx_findings_add(
			findings, LX_SEVERITY_OK, NULL, "its worker lives (process %d)", (int)pid);
	else
		lx_findings_add(findings, LX_SEVERITY_WARNING,
			has_systemd(patient) ? "journalctl -u lxfs" : "see its log",
			"it has no worker at this moment: it is starting one, or fails to");
}

/* ---- Does the mount answer? -------------------------------------------------------------- */

/* Runs in a child. 0, or the errno. */
static int read_uptime(gpointer data)
{
	const LxPatient *patient = data;
	g_autofree char *path = g_build_filename(patient->mountpoint, "proc", "uptime", NULL);
	g_auto(LxFd) fd = -1;
	char text[64];

	lx_child_let_go();
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof text) < 0)
		return MIN(errno, 255);
	return 0;
}

static void tell_answer(const LxPatient *patient, LxFindings *findings, int answer)
{
	if (answer == 0)
		lx_findings_add(findings, LX_SEVERITY_OK, NULL, "%s answers", patient->mountpoint);
	else if (answer == LX_CHILD_HUNG)
		lx_findings_add(findings, LX_SEVERITY_BROKEN, restart_command(patient),
			"%s does not answer within %u ms", patient->mountpoint,
			patient->limit_msec);
	else if (answer == LX_CHILD_NONE)
		lx_findings_add(findings, LX_SEVERITY_WARNING, NULL,
			"%s could not be asked: starting a child: %s", patient->mountpoint,
			g_strerror(errno));
	else
		lx_findings_add(findings, LX_SEVERITY_BROKEN, restart_command(patient),
			"%s does not answer: %s", patient->mountpoint,
			answer > 0 ? g_strerror(answer) : "the process that asked it died");
}

void lx_service_check_answer(const LxPatient *patient, LxFindings *findings)
{
	LxPatient asked = *patient;

	if (supervisor(patient) > 0)
		tell_answer(
			patient, findings, lx_child_run(read_uptime, &asked, patient->limit_msec));
}

/* ---- What it says of itself -------------------------------------------------------------- */

static void tell_reload(const LxStatus *status, LxFindings *findings)
{
	bool failed =
		status->outcome == LX_RELOAD_REFUSED || status->outcome == LX_RELOAD_ROLLED_BACK;

	if (failed)
		lx_findings_add(findings, LX_SEVERITY_WARNING,
			"mend what it names, then: lxfs reload", "the last reload failed: %s",
			status->message ? status->message : "it did not say why");
}

void lx_service_check_status(const LxPatient *patient, LxFindings *findings)
{
	g_auto(LxStatus) status = {0};

	if (supervisor(patient) == 0 || !lx_status_read(patient->runtime_dir, &status, NULL))
		return;
	if (g_strcmp0(status.version, LXFS_VERSION) == 0)
		lx_findings_add(findings, LX_SEVERITY_OK, NULL, "version " LXFS_VERSION " serves");
	else
		lx_findings_add(findings, LX_SEVERITY_NOTE, "lxfs reload",
			"version %s serves, this program is " LXFS_VERSION,
			status.version ? status.version : "?");
	tell_reload(&status, findings);
}

/* ---- systemd's descriptor store ---------------------------------------------------------- */

static bool has_variable(pid_t pid, const char *variable)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/environ", (int)pid);
	g_autofree char *text = NULL;
	gsize bytes = 0;

	if (!g_file_get_contents(path, &text, &bytes, NULL))
		return false;
	for (const char *at = text; at < text + bytes; at += strlen(at) + 1)
		if (strcmp(at, variable) == 0)
			return true;
	return false;
}

void lx_service_check_store(const LxPatient *patient, LxFindings *findings)
{
	pid_t pid = supervisor(patient);

	if (pid == 0 || !patient->is_root)
		return;
	if (has_variable(pid, "LXFS_STORE=1"))
		lx_findings_add(findings, LX_SEVERITY_OK, NULL,
			"systemd keeps its descriptors: a restart loses nothing");
	else if (has_systemd(patient))
		lx_findings_add(findings, LX_SEVERITY_WARNING,
			"end it, then: systemctl enable --now lxfs",
			"it was not started by systemd's lxfs.service: nobody keeps its "
			"descriptors over a restart");
	else
		lx_findings_add(findings, LX_SEVERITY_OK, NULL,
			"no systemd: the loss of both of its processes at one blow is healed at "
			"the next start");
}
