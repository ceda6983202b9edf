/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The worker: the process that answers.
 *
 * It comes up in two steps, so that a successor can be prepared while its predecessor still serves:
 * first whatever touches nothing that the predecessor uses, then, when that one is dead, the rest.
 *
 * When the supervisor dies, the worker becomes the supervisor by executing the program again: its
 * threads vanish as in a crash, which the journal makes harmless, and the descriptors live on.
 * While two workers live, of a supervisor that died in the middle of a reload, that is the
 * business of the one that serves.
 */
#include "serve/worker.h"

#include "calls/desk.h"
#include "clock.h"
#include "descriptors.h"
#include "fd.h"
#include "serve/census.h"
#include "serve/fatal.h"
#include "serve/fault.h"
#include "serve/handover.h"
#include "serve/loop.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include <glib-unix.h>

#define SAMPLE_SECONDS 5
#define HEARTBEAT_SECONDS 2
#define PREDECESSOR_ENDS_MSEC 2000

typedef struct {
	const LxWorkerTask *task;
	LxContext *context;
	GMainLoop *main_loop;
	LxFd predecessor; /* pidfd; -1: none */
	LxCensus census;
	bool serves;
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

/* ---- The supervisor died ----------------------------------------------------------------- */

static void set_mask(int how)
{
	static const int sent[] = {SIGTERM, SIGINT, SIGHUP};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < G_N_ELEMENTS(sent); i++)
		sigaddset(&set, sent[i]);
	sigprocmask(how, &set, NULL);
}

static bool is_orphan(const LxWorkerTask *task)
{
	return getppid() != task->supervisor;
}

/* The news of the supervisor's death would pass exec too, and tell its successor to stop. */
static void forget_pending(int number)
{
	const struct timespec no_time = {0};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, number);
	while (sigtimedwait(&set, NULL, &no_time) == number)
		;
}

/* Several may see the same supervisor die, one after the other; it has one heir. */
static void inherit_or_end(const LxWorkerTask *task)
{
	int32_t dead = task->supervisor;

	if (!atomic_compare_exchange_strong(
		    &task->estate->header->supervisor, &dead, (int32_t)getpid()))
		_exit(EXIT_FAILURE);
}

/*
 * The threads answer until exec has ended them. Beside an exec the kernel lets no thread be made
 * that shares the working directory with its caller (fs->in_exec, copy_fs in kernel/fork.c), and a
 * read for which one is needed would fail: from here on ours is our own.
 */
static void part_from_threads(void)
{
	unshare(CLONE_FS);
}

_Noreturn static void become_supervisor(const LxWorkerTask *task)
{
	LxInheritance left = {
		.estate = task->estate,
		.lock = task->lock,
		.previous = -1,
		.elder = task->elder,
	};
	g_autoptr(GError) error = NULL;

	inherit_or_end(task);
	set_mask(SIG_BLOCK); /* until the supervisor listens to them */
	prctl(PR_SET_PDEATHSIG, 0);
	forget_pending(SIGTERM);
	part_from_threads();
	lx_handover_execute(&left, "/proc/self/exe", task->argv, &error);
	g_warning("taking the place of the supervisor: %s", error->message);
	_exit(EXIT_FAILURE);
}

/* It died while we came up: our predecessor, if it lives, has been told too. */
_Noreturn static void step_in(const Worker *worker)
{
	struct pollfd predecessor = {.fd = worker->predecessor, .events = POLLIN};

	if (predecessor.fd >= 0 && poll(&predecessor, 1, PREDECESSOR_ENDS_MSEC) == 0)
		_exit(EXIT_FAILURE);
	become_supervisor(worker->task);
}

/* SIGTERM: from the kernel, when the supervisor has died, or from somebody who meant that one. */
static gboolean on_terminate(gpointer data)
{
	Worker *worker = data;

	if (is_orphan(worker->task))
		become_supervisor(worker->task);
	return G_SOURCE_CONTINUE;
}

static void await_go(const Worker *worker)
{
	char byte;
	ssize_t got;

	do
		got = read(worker->task->go_fd, &byte, 1);
	while (got < 0 && errno == EINTR);
	if (got != 1)
		step_in(worker);
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

	atomic_store(
		&worker->task->estate->header->heartbeat_nsec, lx_clock_now_nsec(CLOCK_MONOTONIC));
	if (worker->serves)
		lx_census_publish(&worker->census);
	return G_SOURCE_CONTINUE;
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
	g_unix_signal_add(SIGTERM, on_terminate, worker);
	set_mask(SIG_UNBLOCK);
}

static void begin_publishing(Worker *worker, LxOpenFiles *files)
{
	worker->census = (LxCensus){
		.task = worker->task,
		.context = worker->context,
		.files = files,
		.worker_begun_nsec = lx_clock_now_nsec(CLOCK_REALTIME),
		.published.runtime_dir = worker->task->settings->runtime_dir,
	};
	worker->serves = true;
	lx_census_publish(&worker->census);
}

/* ---- Coming up --------------------------------------------------------------------------- */

/* SIGTERM stays blocked, as the supervisor has it, until there is somebody to hear it. */
static void be_a_child(Worker *worker)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	prctl(PR_SET_NAME, "lxfs-worker");
	signal(SIGINT, SIG_IGN); /* Ctrl-C reaches the whole group; the supervisor decides */
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	set_mask(SIG_SETMASK);
	lx_descriptors_make_room();
	if (worker->task->predecessor > 0)
		worker->predecessor = pidfd_open(worker->task->predecessor, 0);
	if (is_orphan(worker->task))
		step_in(worker);
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
	lx_fatal_set_seats(lx_front_seats(front));
	lx_fault_watch(estate, lx_front_seats(front));
	loop = lx_loop_new(estate, front, error);
	if (!loop || !lx_desk_new(worker->context, estate, error) ||
		!lx_loop_start(loop, on_mount_ended, worker, error))
		return false;
	begin_publishing(worker, files);
	return true;
}

_Noreturn void lx_worker_run(const LxWorkerTask *task)
{
	Worker worker = {.task = task, .predecessor = -1};
	g_autoptr(GError) error = NULL;

	be_a_child(&worker);
	worker.context = prepare(task, &error);
	if (!worker.context)
		fail(task, error);
	report(task, LX_REPORT_PREPARED_TEXT);
	await_go(&worker);
	worker.main_loop = g_main_loop_new(NULL, FALSE);
	add_sources(&worker);
	if (!serve(&worker, &error))
		fail(task, error);
	start_sampler(&worker);
	report(task, LX_REPORT_SERVES_TEXT);
	g_main_loop_run(worker.main_loop);
	_exit(EXIT_SUCCESS);
}
