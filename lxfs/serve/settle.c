/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the supervisor has done by others once its worker serves, and before it stops. */
#include "serve/settle.h"

#include "child.h"
#include "fd.h"
#include "mounts/anchors.h"
#include "serve/connection.h"
#include "serve/quiet.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#define SETTLE_SECONDS 10
#define UNDO_MSEC 10000

typedef struct {
	LxEstate *estate;
	const LxProgramSettings *settings;
} Undo;

/* A child that hangs must not keep a file system alive that has lost its servers. */
static void close_connections(LxEstate *estate)
{
	for (int kind = 0; kind < LX_N_CONNECTIONS; kind++)
		lx_fd_clear(&estate->connection_fds[kind]);
}

/* What lies inside the views. */
static void attach(const LxProgramSettings *settings, LxConnectionKind kind, int mount)
{
	g_autofree char *folder =
		g_build_filename(settings->mountpoint, lx_connection_folder(kind), NULL);
	g_autoptr(GError) error = NULL;

	if (mount >= 0 && !lx_connection_attach(mount, folder, &error))
		g_info("%s, ignoring", error->message);
}

pid_t lx_settle_start(LxEstate *estate, const LxProgramSettings *settings, int *inner_mounts)
{
	g_autoptr(GError) error = NULL;
	pid_t supervisor = getpid(), pid = fork();
	int code = errno;

	for (int kind = 0; kind < LX_N_CONNECTIONS && pid != 0; kind++)
		lx_fd_clear(&inner_mounts[kind]);
	if (pid < 0)
		g_warning("attaching what lies in the views, and raising the anchors: starting a "
			  "child: %s, ignoring",
			g_strerror(code));
	if (pid != 0)
		return MAX(pid, 0);
	alarm(SETTLE_SECONDS);
	lx_child_end_with(supervisor); /* by our copies others would take it for alive */
	close_connections(estate);
	for (int kind = 0; kind < LX_N_CONNECTIONS; kind++)
		attach(settings, kind, inner_mounts[kind]);
	if (!lx_anchors_raise(settings->runtime_dir, settings->mountpoint, &error))
		g_warning("%s, ignoring", error->message);
	_exit(EXIT_SUCCESS);
}

/* A program of its own: it takes its time, and none of our descriptors. */
void lx_settle_heal(const LxProgramSettings *settings)
{
	pid_t pid = fork();
	sigset_t none;

	if (pid < 0)
		g_warning("healing: starting a child: %s, ignoring", g_strerror(errno));
	if (pid != 0)
		return;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execl("/proc/self/exe", "lxfs", "heal", "--own", "--runtime-dir", settings->runtime_dir,
		"--mountpoint", settings->mountpoint, NULL);
	g_warning("healing: %s, ignoring", g_strerror(errno));
	_exit(EXIT_FAILURE);
}

static int lower(gpointer data)
{
	const Undo *undo = data;
	g_autoptr(GError) error = NULL;

	close_connections(undo->estate);
	if (!lx_anchors_lower(undo->settings->runtime_dir, &error))
		g_warning("%s, ignoring", error->message);
	return EXIT_SUCCESS;
}

void lx_settle_undo(LxEstate *estate, const LxProgramSettings *settings)
{
	Undo undo = {.estate = estate, .settings = settings};

	/* In this order: a healer that is still at work finds nothing to raise the anchors with. */
	lx_connection_unmount(settings->mountpoint);
	lx_child_run(lower, &undo, UNDO_MSEC);
	lx_quiet_wait(estate);
}
