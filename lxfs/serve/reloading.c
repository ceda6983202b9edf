/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A reload as the supervisor goes through it. */
#include "serve/reloading.h"

#include "fd.h"
#include "serve/notify.h"
#include "serve/status.h"

#include <fcntl.h>

void lx_reloading_conclude(const LxSupervision *given, LxReloadOutcome outcome, const char *message)
{
	LxEstateHeader *header = given->inheritance->estate->header;

	lx_status_conclude_reload(header, outcome, message);
	lx_status_write(given->settings->runtime_dir, header);
}

static void refuse(LxReloading *self, const GError *error)
{
	g_warning("reload: %s; the old program goes on", error->message);
	self->wanted = self->checked = false;
	lx_reloading_conclude(self->given, LX_RELOAD_REFUSED, error->message);
	lx_notify_ready(self->given->settings->mountpoint);
}

void lx_reloading_reap(LxReloading *self, pid_t pid, int status)
{
	g_autoptr(GError) error = NULL;

	if (pid != self->check.pid)
		return;
	if (lx_check_finish(&self->check, status, &error))
		self->checked = true;
	else
		refuse(self, error);
}

static void execute(LxReloading *self, pid_t worker)
{
	const LxSupervision *given = self->given;
	LxInheritance left = *given->inheritance;
	g_autoptr(GError) error = NULL;

	g_message("reload: executing %s", given->program);
	lx_notify_reloading();
	left.worker = worker;
	left.previous = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	left.estate->header->reload.outcome = LX_RELOAD_UNDER_WAY;
	lx_handover_execute(&left, given->program, given->argv, &error);
	lx_fd_clear(&left.previous);
	refuse(self, error);
}

void lx_reloading_advance(LxReloading *self, pid_t worker)
{
	const LxSupervision *given = self->given;
	g_autoptr(GError) error = NULL;

	if (!self->wanted || self->check.pid > 0)
		return;
	if (self->checked)
		execute(self, worker);
	else if (!lx_check_start(
			 &self->check, given->inheritance, given->program, given->argv, &error))
		refuse(self, error);
}

void lx_reloading_go_back(const LxSupervision *given, const char *why)
{
	LxInheritance left = *given->inheritance;
	g_autofree char *program = g_strdup_printf("/proc/self/fd/%d", left.previous);
	g_autoptr(GError) error = NULL;

	g_warning("reload: the new program does not come up (%s); going back to the old one", why);
	lx_reloading_conclude(given, LX_RELOAD_ROLLED_BACK, why);
	left.previous = -1;
	lx_handover_execute(&left, program, given->argv, &error);
	g_warning("going back: %s", error->message);
	lx_fd_clear(&given->inheritance->previous);
}
