/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The supervisor.
 *
 * One loop over three sources: signals, the report pipe of the worker that is coming up, and the
 * clock (heartbeat, watchdog, the pause before another try). A worker comes up in two steps: it
 * says 'P' when it is prepared, its predecessor is then ended if it still lives, it gets its go,
 * and says 'R' when it serves. A restart after a crash and a reload differ only in whether the
 * predecessor still lives.
 */
#include "serve/supervisor.h"

#include "fd.h"
#include "serve/connection.h"
#include "serve/handover.h"
#include "serve/notify.h"
#include "serve/pidfile.h"
#include "serve/quarantine.h"
#include "serve/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>

#define TICK_MSEC 1000
#define COME_UP_NSEC (UINT64_C(20) * 1000000000)
#define HEARTBEAT_LATE_NSEC (UINT64_C(15) * 1000000000)
#define FAILURES_UNTIL_HOST_ONLY 3
#define HOST_ONLY_RETRY_NSEC (UINT64_C(30) * 1000000000)
#define REPORT_MAX 512

typedef struct {
	const LxSupervision *supervision;
	LxEstate *estate;
	LxFd signals;
	pid_t worker;      /* the newest one; 0: none */
	pid_t predecessor; /* still serving while the newest one prepares; 0: none */
	LxFd report;       /* of the newest one, until it serves */
	LxFd go;
	bool serving;
	bool ever_served;
	bool host_only;
	unsigned failures; /* workers in a row that never served */
	uint64_t started_nsec;
	bool stopping;
	int exit_code;
} Supervisor;

static uint64_t now_nsec(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void close_on_exec_pipe(LxFd ends[2])
{
	if (pipe2(ends, O_CLOEXEC) < 0)
		ends[0] = ends[1] = -1;
}

/* ---- Starting a worker ------------------------------------------------------------------- */

_Noreturn static void become_worker(const Supervisor *self, int report_fd, int go_fd)
{
	LxWorkerTask task = {
		.settings = self->supervision->settings,
		.estate = self->estate,
		.host_only = self->host_only,
		.report_fd = report_fd,
		.go_fd = go_fd,
		.argv = self->supervision->argv,
	};

	lx_worker_run(&task);
}

static void start_worker(Supervisor *self)
{
	LxFd report[2], go[2];
	pid_t pid;

	close_on_exec_pipe(report);
	close_on_exec_pipe(go);
	self->estate->header->generation++;
	self->serving = false;
	self->started_nsec = now_nsec(CLOCK_MONOTONIC);
	pid = fork();
	if (pid == 0) {
		lx_fd_clear(&report[0]);
		lx_fd_clear(&go[1]);
		become_worker(self, report[1], go[0]);
	}
	lx_fd_clear(&report[1]);
	lx_fd_clear(&go[0]);
	self->worker = MAX(pid, 0);
	lx_fd_clear(&self->report);
	lx_fd_clear(&self->go);
	self->report = report[0];
	self->go = go[1];
	lx_pidfile_write(self->supervision->settings->runtime_dir, "worker.pid", self->worker);
}

static void end_process(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static void give_go(Supervisor *self)
{
	ssize_t written;

	end_process(self->predecessor);
	self->predecessor = 0;
	written = write(self->go, "G", 1);
	(void)written; /* it has died: SIGCHLD tells */
}

/* ---- It serves --------------------------------------------------------------------------- */

/* Looking the folder up asks the worker: done in a child, so that nothing can hold us up. */
static void attach_inner_mounts(Supervisor *self)
{
	const LxSupervision *given = self->supervision;
	pid_t pid;

	if (given->mounts[LX_CONNECTION_PRESSURE] < 0)
		return;
	pid = fork();
	if (pid == 0) {
		g_autofree char *folder = g_build_filename(given->settings->mountpoint,
			lx_connection_folder(LX_CONNECTION_PRESSURE), NULL);
		g_autoptr(GError) error = NULL;

		alarm(10);
		if (!lx_connection_attach(given->mounts[LX_CONNECTION_PRESSURE], folder, &error))
			g_info("%s, ignoring", error->message);
		_exit(EXIT_SUCCESS);
	}
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static void announce(Supervisor *self)
{
	const LxProgramSettings *settings = self->supervision->settings;

	if (self->ever_served)
		return;
	self->ever_served = true;
	attach_inner_mounts(self);
	lx_notify_ready(settings->mountpoint);
	g_message("serving at %s", settings->mountpoint);
}

static void on_serving(Supervisor *self)
{
	self->serving = true;
	self->failures = 0;
	lx_fd_clear(&self->report);
	lx_fd_clear(&self->go);
	announce(self);
}

/* ---- It died ----------------------------------------------------------------------------- */

static bool died_by_own_fault(int status)
{
	return !(WIFSIGNALED(status) &&
		 (WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGTERM));
}

static void stop(Supervisor *self, int exit_code)
{
	self->stopping = true;
	self->exit_code = exit_code;
}

/* A program that was just put on disk and does not come up: the old one takes over again. */
static void go_back(Supervisor *self, const char *why)
{
	g_autofree char *program = NULL;
	GError *error = NULL;
	int previous = self->supervision->previous;

	g_warning("reload: the new program does not come up (%s); going back to the old one", why);
	program = g_strdup_printf("/proc/self/fd/%d", previous);
	lx_handover_execute(
		self->estate, program, self->supervision->argv, self->predecessor, &error);
	g_warning("going back: %s", error->message);
	g_error_free(error);
}

static void on_failed_start(Supervisor *self, const char *why)
{
	self->failures++;
	if (self->predecessor && self->supervision->previous >= 0)
		go_back(self, why);
	if (!self->ever_served && !self->predecessor) {
		g_printerr("lxfs serve: %s\n", why);
		stop(self, EXIT_FAILURE);
		return;
	}
	g_warning("a worker did not come up (%s), trying again", why);
	self->host_only = self->failures >= FAILURES_UNTIL_HOST_ONLY;
}

static void read_report(Supervisor *self, char text[REPORT_MAX])
{
	ssize_t got = self->report < 0 ? 0 : read(self->report, text, REPORT_MAX - 1);

	text[MAX(got, 0)] = '\0';
}

static void on_worker_died(Supervisor *self, int status)
{
	char why[REPORT_MAX];

	self->worker = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS) {
		g_message("the mount is gone: nothing left to serve");
		stop(self, EXIT_SUCCESS);
		return;
	}
	if (self->serving) {
		g_warning("the worker died (%s %d), starting the next one",
			WIFSIGNALED(status) ? "signal" : "exit code",
			WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
		lx_quarantine_note_death(
			self->estate, died_by_own_fault(status), now_nsec(CLOCK_BOOTTIME));
	} else {
		read_report(self, why);
		on_failed_start(self, why[0] ? why : "it died while it came up");
	}
	if (!self->stopping)
		start_worker(self);
}

static void reap(Supervisor *self)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == self->worker)
			on_worker_died(self, status);
		else if (pid == self->predecessor)
			self->predecessor = 0;
	}
}

/* ---- Signals, reports, time -------------------------------------------------------------- */

static void on_report(Supervisor *self)
{
	char text[REPORT_MAX];

	read_report(self, text);
	if (text[0] == '\0')
		lx_fd_clear(&self->report);
	else if (text[0] == 'P' && text[1] == '\0')
		give_go(self);
	else if (text[0] == 'R' && text[1] == '\0')
		on_serving(self);
	else
		on_failed_start(self, text);
}

/* The program on disk is asked first whether it can read the estate; then it takes over. */
static void reload(Supervisor *self)
{
	GError *error = NULL;

	if (!self->serving) {
		g_warning("reload: the worker is just coming up; try again");
		return;
	}
	g_message("reload: executing %s", self->supervision->program);
	lx_notify_reloading();
	lx_handover_execute(self->estate, self->supervision->program, self->supervision->argv,
		self->worker, &error);
	g_warning("reload: %s; the old program goes on", error->message);
	g_error_free(error);
	lx_notify_ready(self->supervision->settings->mountpoint);
}

static void on_signal(Supervisor *self)
{
	struct signalfd_siginfo info;

	if (read(self->signals, &info, sizeof info) != (ssize_t)sizeof info)
		return;
	switch (info.ssi_signo) {
	case SIGCHLD:
		reap(self);
		break;
	case SIGHUP:
		reload(self);
		break;
	default:
		stop(self, EXIT_SUCCESS);
	}
}

/* A worker whose main loop stands still is ended; its requests then go to the next one. */
static void check_worker(Supervisor *self)
{
	uint64_t now = now_nsec(CLOCK_MONOTONIC);
	uint64_t beat = atomic_load(&self->estate->header->heartbeat_nsec);

	if (self->worker == 0)
		return;
	if (!self->serving && now - self->started_nsec > COME_UP_NSEC)
		kill(self->worker, SIGKILL);
	if (self->serving && now > beat && now - beat > HEARTBEAT_LATE_NSEC) {
		g_warning("the worker does not answer: ending it");
		kill(self->worker, SIGKILL);
	}
	if (self->serving && self->host_only && now - self->started_nsec > HOST_ONLY_RETRY_NSEC) {
		self->host_only = false;
		kill(self->worker, SIGKILL);
	}
}

static void wait_for_events(Supervisor *self)
{
	struct pollfd sources[] = {
		{.fd = self->signals, .events = POLLIN},
		{.fd = self->report, .events = POLLIN},
	};

	if (poll(sources, G_N_ELEMENTS(sources), TICK_MSEC) < 0)
		return;
	if (sources[1].revents)
		on_report(self);
	if (sources[0].revents)
		on_signal(self);
	check_worker(self);
	lx_notify_watchdog();
}

static int block_signals(void)
{
	static const int handled[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < G_N_ELEMENTS(handled); i++) {
		signal(handled[i], SIG_DFL);
		sigaddset(&set, handled[i]);
	}
	sigprocmask(SIG_SETMASK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* Without a copy of the descriptors elsewhere a mount that stays would only be a dead one. */
static void clean_up(Supervisor *self)
{
	const LxProgramSettings *settings = self->supervision->settings;

	lx_notify_stopping();
	if (settings->unmount || !lx_notify_has_store())
		lx_connection_unmount_all(settings->mountpoint);
	end_process(self->predecessor);
	end_process(self->worker);
	lx_pidfile_remove(settings->runtime_dir, "worker.pid");
	lx_fd_clear(&self->report);
	lx_fd_clear(&self->go);
	lx_fd_clear(&self->signals);
}

int lx_supervisor_run(const LxSupervision *supervision)
{
	Supervisor self = {
		.supervision = supervision,
		.estate = supervision->estate,
		.signals = block_signals(),
		.predecessor = supervision->predecessor,
		.report = -1,
		.go = -1,
		.ever_served = false,
	};

	start_worker(&self);
	while (!self.stopping)
		wait_for_events(&self);
	clean_up(&self);
	return self.exit_code;
}
