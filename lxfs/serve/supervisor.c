/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The supervisor.
 *
 * One loop over three sources: signals, the report pipe of the worker that is coming up, and the
 * clock (heartbeat, watchdog, the pause before another try). It waits for nobody in between. A
 * worker comes up in two steps: it says 'P' when it is prepared, its predecessor is then ended if
 * it still lives, it gets its go, and says 'R' when it serves. A restart after a crash and a reload
 * differ only in whether the predecessor still lives.
 */
#include "serve/supervisor.h"

#include "calls/reception.h"
#include "calls/register.h"
#include "clock.h"
#include "fd.h"
#include "runtime.h"
#include "serve/keeper.h"
#include "serve/newcomer.h"
#include "serve/notify.h"
#include "serve/patience.h"
#include "serve/pidfile.h"
#include "serve/quarantine.h"
#include "serve/reloading.h"
#include "serve/settle.h"
#include "serve/signals.h"
#include "serve/status.h"
#include "serve/store.h"
#include "serve/succession.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#define TICK_MSEC 1000
#define NSEC_PER_SEC UINT64_C(1000000000)
#define COME_UP_NSEC (20 * NSEC_PER_SEC)
#define HEARTBEAT_LATE_NSEC (15 * NSEC_PER_SEC)
#define PROVEN_NSEC (10 * NSEC_PER_SEC)
#define HOST_ONLY_RETRY_NSEC (30 * NSEC_PER_SEC)

typedef struct {
	LxSupervision *given;
	LxEstate *estate;
	const char *runtime_dir;
	LxFd signals;

	LxNewcomer worker; /* the newest one */
	bool has_go;       /* it may have begun to answer requests */
	bool serving;
	bool overdue; /* it did not come up in time and was ended for that */
	LxPatience patience;
	uint64_t started_nsec;   /* CLOCK_MONOTONIC */
	char why[LX_REPORT_MAX]; /* what the newest one said of its failure */

	pid_t settler; /* puts our files where they are looked for */
	bool announced;
	LxReloading reloading;
	LxSuccession succession;
	LxReception reception;

	uint64_t alone_nsec; /* of a keeper: since when it has served; 0: it does not */
	bool stopping;
	bool for_good; /* nobody will carry on: unmount, whatever the settings say */
	bool views_gone;
	int exit_code;
} Supervisor;

static pid_t *predecessor(Supervisor *self)
{
	return &self->given->inheritance->worker;
}

/* ---- Starting a worker ------------------------------------------------------------------- */

static void start_worker(Supervisor *self)
{
	LxEstateHeader *header = self->estate->header;
	const LxWorkerTask task = {
		.settings = self->given->settings,
		.estate = self->estate,
		.host_only = self->patience.host_only,
		.lock = self->given->inheritance->lock,
		.elder = self->given->inheritance->elder,
		.supervisor = getpid(),
		.predecessor = *predecessor(self),
		.argv = self->given->argv,
	};

	header->generation++;
	if (*predecessor(self) == 0 && !lx_succession_waits(&self->succession))
		atomic_store(&header->faulting_slot, LX_FAULTING_UNKNOWN);
	self->has_go = self->serving = self->overdue = false;
	self->why[0] = '\0';
	self->started_nsec = lx_clock_now_nsec(CLOCK_MONOTONIC);
	lx_patience_try(&self->patience);
	if (lx_newcomer_start(&self->worker, &task))
		lx_pidfile_write(self->runtime_dir, "worker.pid", self->worker.pid);
	else
		lx_patience_again(&self->patience, self->started_nsec);
}

static void give_go(Supervisor *self)
{
	lx_newcomer_end_process(predecessor(self));
	lx_pidfile_claim(self->given->inheritance->lock); /* an elder's until now */
	self->has_go = true;
	lx_newcomer_give_go(&self->worker);
}

/* ---- It serves --------------------------------------------------------------------------- */

static void announce(Supervisor *self)
{
	const char *mountpoint = self->given->settings->mountpoint;

	self->announced = true;
	lx_reception_open(&self->reception);
	if (self->given->take_over)
		lx_succession_listen(&self->succession);
	if (self->given->fresh)
		lx_store_push(self->estate);
	lx_notify_ready(mountpoint);
	g_message("serving at %s", mountpoint);
	if (self->given->fresh)
		lx_settle_heal(self->given->settings);
}

static void on_serving(Supervisor *self)
{
	self->serving = true;
	self->patience.tries = 0;
	lx_newcomer_forget(&self->worker);
	if (self->given->inheritance->previous >= 0)
		lx_reloading_conclude(self->given, LX_RELOAD_DONE, "lxfs " LXFS_VERSION " serves");
	else
		lx_status_write(self->runtime_dir, self->estate->header);
	lx_fd_clear(&self->given->inheritance->previous);
	lx_succession_served(&self->succession);
	if (self->announced || self->settler > 0)
		return;
	self->settler =
		lx_settle_start(self->estate, self->given->settings, self->given->inner_mounts);
	if (self->settler == 0)
		announce(self);
}

/* ---- It died ----------------------------------------------------------------------------- */

static void stop(Supervisor *self, int exit_code)
{
	self->stopping = true;
	self->exit_code = exit_code;
}

/* A worker ended, and no request and nobody outside is to blame. */
static void on_failure(Supervisor *self)
{
	bool served = self->serving;

	lx_patience_lose(&self->patience, lx_clock_now_nsec(CLOCK_MONOTONIC));
	self->serving = false;
	if (self->given->inheritance->previous >= 0)
		lx_reloading_go_back(self->given, self->why);
	if ((self->given->fresh && !self->announced && !served) ||
		lx_succession_is_on_trial(&self->succession)) {
		g_printerr("lxfs serve: %s\n", self->why);
		stop(self, EXIT_FAILURE);
		return;
	}
	g_warning("%s (%s), trying again", served ? "a worker died" : "a worker did not come up",
		self->why);
}

static void on_report(Supervisor *self)
{
	switch (lx_newcomer_listen(&self->worker, self->why)) {
	case LX_REPORT_PREPARED:
		if (lx_succession_prepared(&self->succession))
			give_go(self);
		break;
	case LX_REPORT_SERVES:
		on_serving(self);
		break;
	case LX_REPORT_FAILED:
	case LX_REPORT_NOTHING:
		break;
	}
}

/* Before its go, or with a reason of its own, no request can have been the cause. */
static LxDeath judge(Supervisor *self, int status)
{
	bool answered = self->has_go && self->why[0] == '\0';

	return lx_quarantine_note_death(
		self->estate, status, answered, lx_clock_now_nsec(CLOCK_BOOTTIME));
}

static void on_worker_died(Supervisor *self, int status)
{
	LxDeath death;

	if (lx_newcomer_listen(&self->worker, self->why) == LX_REPORT_SERVES)
		on_serving(self); /* what it said before counts */
	death = judge(self, status);
	self->worker.pid = 0;
	lx_newcomer_explain_end(status, self->why);
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS) {
		g_message("the mount is gone: nothing left to serve");
		self->views_gone = true;
		stop(self, EXIT_SUCCESS);
	} else if (death == LX_DEATH_UNEXPLAINED || self->overdue) {
		on_failure(self);
	} else {
		g_warning("the worker died (%s), starting the next one", self->why);
	}
	self->serving = false;
	lx_patience_again(&self->patience, lx_clock_now_nsec(CLOCK_MONOTONIC));
}

/* At a quiet moment. */
static void advance_reload(Supervisor *self)
{
	if (self->serving && self->announced && lx_reception_is_idle(&self->reception) &&
		!lx_succession_is_under_way(&self->succession))
		lx_reloading_advance(&self->reloading, self->worker.pid);
}

/* ---- Another lxfs ------------------------------------------------------------------------ */

static void check_keeping(Supervisor *self, uint64_t now)
{
	if (self->serving && self->announced && !lx_succession_is_under_way(&self->succession) &&
		lx_keeper_check(self->given, lx_supervisor_run, now - self->alone_nsec))
		stop(self, EXIT_SUCCESS);
}

static void take_office(Supervisor *self)
{
	const LxInheritance *inheritance = self->given->inheritance;

	lx_pidfile_claim(inheritance->lock);
	lx_pidfile_write(self->runtime_dir, "worker.pid", self->worker.pid);
}

static void yield(Supervisor *self)
{
	self->serving = false;
	self->patience.next_nsec = 0;
	lx_newcomer_end_process(&self->worker.pid);
	lx_newcomer_forget(&self->worker);
	lx_reception_close(&self->reception);
	lx_succession_yield(&self->succession);
}

static void resume(Supervisor *self)
{
	self->patience = (LxPatience){0};
	self->alone_nsec = lx_clock_now_nsec(CLOCK_MONOTONIC);
	start_worker(self);
	take_office(self);
	lx_reception_open(&self->reception);
	lx_succession_listen(&self->succession);
}

/* Our copies of the descriptors would keep the mounts when those who serve have died. */
static void retire(Supervisor *self)
{
	LxInheritance *inheritance = self->given->inheritance;

	for (int kind = 0; kind < LX_N_CONNECTIONS; kind++)
		lx_fd_clear(&self->estate->connection_fds[kind]);
	lx_register_release(self->estate);
	lx_fd_clear(&inheritance->lock);
	lx_fd_clear(&inheritance->elder);
	if (self->given->newcomer >= 0)
		stop(self, EXIT_SUCCESS);
}

static void take_turn(Supervisor *self, LxTurn turn)
{
	switch (turn) {
	case LX_TURN_YIELD:
		yield(self);
		break;
	case LX_TURN_RESUME:
		resume(self);
		break;
	case LX_TURN_RETIRE:
		retire(self);
		break;
	case LX_TURN_BEGIN:
		give_go(self);
		break;
	case LX_TURN_STAY:
		take_office(self);
		break;
	case LX_TURN_GIVE_UP:
		g_printerr("lxfs serve: taking over: another lxfs serves by now\n");
		stop(self, EXIT_FAILURE);
		break;
	case LX_TURN_NONE:
		break;
	}
}

/* ---- Signals and time -------------------------------------------------------------------- */

static void reap(Supervisor *self)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == self->worker.pid) {
			on_worker_died(self, status);
		} else if (pid == *predecessor(self)) {
			*predecessor(self) = 0;
			lx_quarantine_note_death(
				self->estate, status, true, lx_clock_now_nsec(CLOCK_BOOTTIME));
		} else if (pid == self->settler) {
			self->settler = 0;
			announce(self);
		} else {
			lx_reloading_reap(&self->reloading, pid, status);
		}
	}
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
		self->reloading.wanted = true;
		break;
	case SIGINT:
		self->for_good = true;
		G_GNUC_FALLTHROUGH;
	default:
		stop(self, EXIT_SUCCESS);
	}
}

static void check_coming_up(Supervisor *self, uint64_t now)
{
	if (now - self->started_nsec <= COME_UP_NSEC)
		return;
	self->overdue = true;
	g_strlcpy(self->why, "it did not come up in time", sizeof self->why);
	lx_newcomer_end(&self->worker, self->estate, LX_END_SILENT);
}

/* A worker whose main loop stands still is ended; its requests then go to the next one. */
static void check_serving(Supervisor *self, uint64_t now)
{
	uint64_t beat = atomic_load(&self->estate->header->heartbeat_nsec);

	if (now > beat && now - beat > HEARTBEAT_LATE_NSEC) {
		g_warning("the worker does not answer: ending it");
		lx_newcomer_end(&self->worker, self->estate, LX_END_SILENT);
	} else if (self->patience.host_only && now - self->started_nsec > HOST_ONLY_RETRY_NSEC) {
		self->patience.host_only = false;
		lx_newcomer_end(&self->worker, self->estate, LX_END_RETRY);
	} else if (!self->patience.host_only && now - self->started_nsec > PROVEN_NSEC) {
		self->patience.failures = 0;
	}
}

static void check_time(Supervisor *self)
{
	uint64_t now = lx_clock_now_nsec(CLOCK_MONOTONIC);

	if (lx_patience_pause_msec(&self->patience, now) == 0)
		start_worker(self);
	else if (self->worker.pid > 0 && self->serving)
		check_serving(self, now);
	else if (self->worker.pid > 0)
		check_coming_up(self, now);
	lx_check_limit(&self->reloading.check, now);
	check_keeping(self, now);
	lx_notify_watchdog();
}

static void wait_for_events(Supervisor *self)
{
	struct pollfd sources[3 + LX_SUCCESSION_SOURCES] = {
		{.fd = self->signals, .events = POLLIN},
		{.fd = self->worker.report, .events = POLLIN},
		{.fd = lx_reception_source(&self->reception), .events = POLLIN},
	};
	int pause = lx_patience_pause_msec(&self->patience, lx_clock_now_nsec(CLOCK_MONOTONIC));

	lx_succession_sources(&self->succession, sources + 3);
	if (poll(sources, G_N_ELEMENTS(sources), MIN((unsigned)pause, TICK_MSEC)) < 0)
		return;
	if (sources[1].revents)
		on_report(self);
	if (sources[0].revents)
		on_signal(self);
	if (self->stopping)
		return;
	lx_reception_attend(&self->reception);
	take_turn(self, lx_succession_advance(&self->succession));
	check_time(self);
	advance_reload(self);
}

/* ---- The whole --------------------------------------------------------------------------- */

/* An inheritance with a worker and no program to go back to: that worker goes on as ours. */
static void begin(Supervisor *self)
{
	LxInheritance *inheritance = self->given->inheritance;

	if (self->given->newcomer >= 0) {
		self->announced = true;
		lx_succession_stand_by(&self->succession, self->given->newcomer);
		return;
	}
	if (!lx_succession_waits(&self->succession))
		atomic_store(&self->estate->header->supervisor, (int32_t)getpid());
	if (inheritance->previous < 0 &&
		self->estate->header->reload.outcome == LX_RELOAD_UNDER_WAY)
		lx_reloading_conclude(self->given, LX_RELOAD_ROLLED_BACK, "the new program died");
	if (inheritance->worker == 0 || inheritance->previous >= 0) {
		start_worker(self);
		return;
	}
	self->worker.pid = inheritance->worker;
	self->has_go = true;
	inheritance->worker = 0;
	lx_pidfile_write(self->runtime_dir, "worker.pid", self->worker.pid);
	self->started_nsec = lx_clock_now_nsec(CLOCK_MONOTONIC);
	on_serving(self);
	reap(self); /* if it died in between, that was told to the program before us */
}

/* Without a copy of the descriptors elsewhere a mount that stays would only be a dead one. */
static void clean_up(Supervisor *self)
{
	const LxProgramSettings *settings = self->given->settings;
	bool keep = lx_notify_has_store() && self->announced && !settings->unmount &&
		    !self->for_good && !self->views_gone;

	lx_notify_stopping();
	self->given->survived = !self->for_good && !self->views_gone &&
				lx_succession_is_survived(&self->succession);
	lx_newcomer_end_process(&self->reloading.check.pid);
	if (self->settler > 0) /* not waited for: it may be waiting for the worker */
		kill(self->settler, SIGKILL);
	if (!keep && !self->given->survived) {
		lx_store_remove(self->estate);
		lx_settle_undo(self->estate, settings);
	}
	lx_newcomer_end_process(predecessor(self));
	lx_newcomer_end_process(&self->worker.pid);
	lx_succession_leave(&self->succession);
	if (!self->given->survived) {
		lx_runtime_remove(self->runtime_dir, "worker.pid");
		lx_status_remove(self->runtime_dir);
	}
	lx_newcomer_forget(&self->worker);
	lx_succession_clear(&self->succession);
	lx_reception_clear(&self->reception);
	lx_fd_clear(&self->signals);
}

int lx_supervisor_run(LxSupervision *supervision)
{
	Supervisor self = {
		.given = supervision,
		.estate = supervision->inheritance->estate,
		.runtime_dir = supervision->settings->runtime_dir,
		.signals = lx_signals_block(),
		.worker = LX_NEWCOMER_NONE,
		.reloading = {.given = supervision, .check.answer = -1},
	};

	lx_succession_init(&self.succession, supervision->inheritance, self.runtime_dir);
	lx_reception_init(&self.reception, self.estate, supervision->settings);
	begin(&self);
	while (!self.stopping)
		wait_for_events(&self);
	clean_up(&self);
	return self.exit_code;
}
