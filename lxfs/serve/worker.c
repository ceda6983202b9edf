/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The worker: the process that answers.
 *
 * It comes up in two steps, so that a successor can be prepared while its predecessor still serves:
 * first whatever touches nothing that the predecessor uses, then, when that one is dead, the rest.
 */
#include "serve/worker.h"

#include "serve/fatal.h"
#include "serve/handover.h"
#include "serve/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include <glib-unix.h>

#define SAMPLE_SECONDS 5
#define HEARTBEAT_SECONDS 2

typedef struct {
	const LxWorkerTask *task;
	LxContext *context;
	GMainLoop *main_loop;
} Worker;

static void report(const LxWorkerTask *task, const char *text)
{
	ssize_t written = write(task->report_fd, text, strlen(text));

	(void)written; /* the supervisor has gone: its death is told by a signal */
}

_Noreturn static void fail(const LxWorkerTask *task, const GError *error)
{
	report(task, error->message);
	_exit(EXIT_FAILURE);
}

static LxContext *prepare(const LxWorkerTask *task, GError **error)
{
	LxSettings settings = task->settings->library;

	settings.memory = task->estate->history;
	settings.memory_bytes = task->estate->history_bytes;
	settings.host_only = task->host_only;
	return lx_context_new(&settings, error);
}

static void await_go(const LxWorkerTask *task)
{
	char byte;
	ssize_t got;

	do
		got = read(task->go_fd, &byte, 1);
	while (got < 0 && errno == EINTR);
	if (got != 1)
		_exit(EXIT_FAILURE);
}

/* ---- The main loop ----------------------------------------------------------------------- */

static gboolean on_container_ended(gint fd, GIOCondition condition, gpointer data)
{
	lx_context_dispatch(data);
	return G_SOURCE_CONTINUE;
}

static gboolean on_heartbeat(gpointer data)
{
	Worker *worker = data;

	atomic_store(&worker->task->estate->header->heartbeat_nsec,
		(uint64_t)g_get_monotonic_time() * 1000);
	return G_SOURCE_CONTINUE;
}

/*
 * SIGTERM comes from the kernel when the supervisor has died (PR_SET_PDEATHSIG). The worker then
 * becomes the supervisor by executing the program again: its threads vanish as in a crash, which
 * the journal makes harmless, and the descriptors live on.
 */
static gboolean on_orphaned(gpointer data)
{
	Worker *worker = data;
	GError *error = NULL;

	lx_handover_execute(worker->task->estate, "/proc/self/exe", worker->task->argv, 0, &error);
	g_warning("taking the place of the supervisor: %s", error->message);
	_exit(EXIT_FAILURE);
}

static void on_mount_ended(gpointer data)
{
	_exit(EXIT_SUCCESS);
}

static void *sample(void *data)
{
	struct timespec pause = {.tv_sec = SAMPLE_SECONDS};

	for (;;) {
		lx_context_sample(data);
		clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
	}
	return NULL;
}

static void start_sampler(Worker *worker)
{
	g_autoptr(GThread) thread = NULL;

	if (worker->task->settings->library.load_average && !worker->task->host_only)
		thread = g_thread_new("sampler", sample, worker->context);
}

static void add_sources(Worker *worker)
{
	g_unix_fd_add(
		lx_context_watch_fd(worker->context), G_IO_IN, on_container_ended, worker->context);
	g_timeout_add_seconds(HEARTBEAT_SECONDS, on_heartbeat, worker);
	on_heartbeat(worker);
	g_unix_signal_add(SIGTERM, on_orphaned, worker);
}

/* ---- Coming up --------------------------------------------------------------------------- */

static void be_a_child(const LxWorkerTask *task)
{
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	prctl(PR_SET_NAME, "lxfs-worker");
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGINT, SIG_IGN); /* Ctrl-C reaches the whole group; the supervisor decides */
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
}

static bool serve(Worker *worker, GError **error)
{
	LxEstate *estate = worker->task->estate;
	LxOpenFiles *files = lx_open_files_new(estate->open_files);
	LxTriggers *triggers = lx_triggers_new(worker->context, estate, files, error);
	LxFront *front;
	LxLoop *loop;

	if (!triggers)
		return false;
	front = lx_front_new(worker->context, estate, files, triggers);
	lx_fatal_watch(estate, front);
	loop = lx_loop_new(estate, front, error);
	return loop && lx_loop_start(loop, on_mount_ended, worker, error);
}

_Noreturn void lx_worker_run(const LxWorkerTask *task)
{
	Worker worker = {.task = task};
	g_autoptr(GError) error = NULL;

	be_a_child(task);
	worker.context = prepare(task, &error);
	if (!worker.context)
		fail(task, error);
	report(task, "P");
	await_go(task);
	worker.main_loop = g_main_loop_new(NULL, FALSE);
	add_sources(&worker);
	if (!serve(&worker, &error))
		fail(task, error);
	start_sampler(&worker);
	report(task, "R");
	g_main_loop_run(worker.main_loop);
	_exit(EXIT_SUCCESS);
}
