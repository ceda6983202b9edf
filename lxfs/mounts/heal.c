/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Healing: every dead view in every mount namespace, a few namespaces at a time. On a busy host one
 * takes longer than its limit without hanging, or there is no room for a child to heal it in, and
 * its views would stay dead: so those come again when all others have been healed, with more time.
 */
#include "mounts/heal.h"

#include "child.h"
#include "fd.h"
#include "mounts/anchors.h"
#include "mounts/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* Namespaces at once: one that hangs holds up nobody else. */
#define JOBS_MAX 8u
#define ANCHORS_LIMIT_MSEC 10000
#define LATE_TIMES 3u

typedef struct {
	pid_t child;
	LxFd pipe; /* its report */
	int64_t deadline_msec;
	const LxMntns *space;
	LxHealed healed;
} Job;

typedef struct {
	const LxHealOptions *options;
	LxServed found;
	const LxServed *mounted; /* what was found at the mount point; NULL: nothing */
	const LxServed *served;  /* the same if it is alive */
	const char *anchors;
	GArray *devices; /* NULL: of whatever instance */
	LxHealTell tell;
	gpointer data;
	Job jobs[JOBS_MAX];
	unsigned n_jobs;
	unsigned limit_msec;
	GArray *late; /* of LxMntns: to come again; NULL: they have */
	LxHealSummary summary;
} Heal;

/* ---- Children ---------------------------------------------------------------------------- */

static void conclude(Heal *self, LxHealed *healed)
{
	LxReplaceReport *report = &healed->report;

	report->why[sizeof report->why - 1] = '\0';
	self->summary.n_mounts += report->healed;
	self->summary.n_left += report->left;
	if (report->failed)
		self->summary.n_failed++;
	else if (report->healed)
		self->summary.n_healed++;
	if (report->failed || report->healed || report->left)
		self->tell(healed, self->data);
}

static void finish(Heal *self, unsigned index)
{
	Job job = self->jobs[index];

	self->jobs[index] = self->jobs[--self->n_jobs];
	lx_fd_clear(&job.pipe);
	conclude(self, &job.healed);
}

static void fail(LxReplaceReport *report, const char *why)
{
	*report = (LxReplaceReport){.failed = 1};
	g_strlcpy(report->why, why, sizeof report->why);
}

/* It comes again, or has come for the last time. */
static void put_off(Heal *self, Job *job, const char *why)
{
	if (self->late)
		g_array_append_vals(self->late, job->space, 1);
	else
		fail(&job->healed.report, why);
}

/* A report is written in one piece: it is shorter than PIPE_BUF. */
static void on_report(Heal *self, unsigned index)
{
	Job *job = &self->jobs[index];
	LxReplaceReport report;

	if (read(job->pipe, &report, sizeof report) == (ssize_t)sizeof report)
		job->healed.report = report;
	else
		fail(&job->healed.report, "healing it crashed");
	while (waitpid(job->child, NULL, 0) < 0 && errno == EINTR)
		;
	finish(self, index);
}

/* Not waited for: a child that waits for an answer of a FUSE server cannot be killed. */
static void on_timeout(Heal *self, unsigned index)
{
	Job *job = &self->jobs[index];

	kill(job->child, SIGKILL);
	put_off(self, job, "it took too long");
	finish(self, index);
}

static void wait_for_jobs(Heal *self)
{
	struct pollfd pipes[JOBS_MAX];
	int wait_msec = INT_MAX;

	for (unsigned i = 0; i < self->n_jobs; i++) {
		pipes[i] = (struct pollfd){.fd = self->jobs[i].pipe, .events = POLLIN};
		wait_msec = MIN(wait_msec, lx_child_left_msec(self->jobs[i].deadline_msec));
	}
	if (poll(pipes, self->n_jobs, wait_msec) < 0)
		return;
	for (unsigned i = self->n_jobs; i-- > 0;) {
		if (pipes[i].revents)
			on_report(self, i);
		else if (lx_child_left_msec(self->jobs[i].deadline_msec) == 0)
			on_timeout(self, i);
	}
}

_Noreturn static void run_child(const LxReplaceTask *task, int pipe_fd)
{
	LxReplaceReport report;
	ssize_t written;

	lx_child_let_go();
	lx_replace_run(task, &report);
	written = write(pipe_fd, &report, sizeof report);
	_exit(written == (ssize_t)sizeof report ? 0 : 1);
}

/* False when there is no room for a child, or for the pipe to it: errno says why. */
static bool begin(Job *job, const LxReplaceTask *task)
{
	g_auto(LxFd) mine = -1, theirs = -1;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return false;
	mine = ends[0];
	theirs = ends[1];
	job->child = fork();
	if (job->child == 0)
		run_child(task, theirs);
	if (job->child < 0)
		return false;
	job->pipe = lx_fd_steal(&mine);
	return true;
}

static void give_up(Heal *self, Job *job, int code)
{
	g_autofree char *why =
		g_strdup_printf("starting a child to heal them: %s", g_strerror(code));

	put_off(self, job, why);
	conclude(self, &job->healed);
}

/* Where there is no room for one child more, one that ends makes some. */
static void start(Heal *self, const LxReplaceTask *task, const LxMntns *space, pid_t pid)
{
	Job job = {.space = space, .healed = {.pid = pid, .inode = task->inode}};

	while (self->n_jobs == JOBS_MAX)
		wait_for_jobs(self);
	while (!begin(&job, task)) {
		if (self->n_jobs == 0) {
			give_up(self, &job, errno);
			return;
		}
		wait_for_jobs(self);
	}
	job.deadline_msec = lx_child_now_msec() + self->limit_msec;
	self->jobs[self->n_jobs++] = job;
}

/* ---- Namespaces -------------------------------------------------------------------------- */

/* Our own anchors and our own mount point are not healed like this. */
static void heal_namespace(Heal *self, const LxMntns *space, uint64_t own)
{
	const char *spared[] = {self->anchors, self->options->mountpoint, NULL};
	bool is_own = space->inode == own;
	const LxSuspectRules rules = {
		.served = self->served,
		.spared = is_own ? spared : NULL,
		.devices = self->devices,
	};
	g_autoptr(LxMountinfo) info = NULL;
	g_autoptr(GArray) suspects = NULL;
	LxReplaceTask task = {
		.inode = space->inode,
		.served = self->served,
		.mounted = self->mounted,
		.mountpoint = self->options->mountpoint,
		.runtime_dir = self->options->runtime_dir,
		.anchors = self->anchors,
		.probe_msec = self->limit_msec / 2,
		.dry_run = self->options->dry_run,
	};
	pid_t pid = 0;

	info = lx_mntns_mounts(space, &pid, NULL);
	if (!info)
		return; /* its processes have ended */
	suspects = lx_suspects_find(info, &rules);
	if (suspects->len == 0)
		return;
	task.pid = is_own ? 0 : pid;
	task.suspects = suspects;
	start(self, &task, space, pid);
}

static void heal_each(Heal *self, const GArray *spaces, unsigned limit_msec)
{
	uint64_t own = lx_mntns_inode(getpid());

	self->limit_msec = limit_msec;
	for (unsigned i = 0; i < spaces->len; i++)
		heal_namespace(self, &g_array_index(spaces, LxMntns, i), own);
	while (self->n_jobs > 0)
		wait_for_jobs(self);
}

static bool heal_namespaces(Heal *self, GError **error)
{
	g_autoptr(GArray) late = g_array_new(FALSE, FALSE, sizeof(LxMntns));
	g_autoptr(GArray) spaces = lx_mntns_find(error);

	if (!spaces)
		return false;
	self->summary.n_namespaces = spaces->len;
	self->late = late;
	heal_each(self, spaces, self->options->limit_msec);
	self->late = NULL;
	heal_each(self, late, LATE_TIMES * self->options->limit_msec);
	return true;
}

/* ---- Here -------------------------------------------------------------------------------- */

static bool find_served(Heal *self, GError **error)
{
	const char *mountpoint = self->options->mountpoint;
	g_autoptr(LxMountinfo) own = lx_mountinfo_read(getpid(), error);

	if (!own)
		return false;
	if (!lx_served_find(own, mountpoint, &self->found))
		return true;
	self->mounted = &self->found;
	switch (lx_probe_path(mountpoint, self->options->limit_msec)) {
	case LX_PROBE_ALIVE:
		self->served = self->mounted;
		return true;
	case LX_PROBE_DEAD:
		return true;
	case LX_PROBE_UNASKED:
		lx_error_set_errno(error, errno,
			"healing: starting a child to ask what is mounted at %s", mountpoint);
		return false;
	default:
		lx_error_set(error, ETIMEDOUT, "healing: what is mounted at %s does not answer",
			mountpoint);
		return false;
	}
}

static int raise_or_lower(gpointer data)
{
	const Heal *self = data;
	const LxHealOptions *options = self->options;
	g_autoptr(GError) error = NULL;

	if (self->served ? lx_anchors_raise(options->runtime_dir, options->mountpoint, &error)
			 : lx_anchors_lower(options->runtime_dir, &error))
		return 0;
	g_warning("%s", error->message);
	return 1;
}

static void heal_anchors(Heal *self)
{
	int result = lx_child_run(raise_or_lower, self, ANCHORS_LIMIT_MSEC);

	if (result == 0)
		return;
	self->summary.n_failed++;
	if (result == LX_CHILD_NONE)
		g_warning("healing the anchors at %s: starting a child: %s, ignoring",
			self->anchors, g_strerror(errno));
	else if (result < 0)
		g_warning("healing the anchors at %s: %s, ignoring", self->anchors,
			result == LX_CHILD_HUNG ? "it took too long" : "the child crashed");
}

/* An LXCFS that serves at the mount point, without lxfs, has none. */
static bool has_anchors(const Heal *self)
{
	return g_file_test(self->anchors, G_FILE_TEST_IS_DIR);
}

bool lx_heal_run(const LxHealOptions *options, LxHealTell tell, gpointer data, LxHealSummary *out,
	GError **error)
{
	g_autofree char *anchors = lx_anchors_folder(options->runtime_dir);
	g_autoptr(GArray) devices = lx_generations_read(options->runtime_dir);
	Heal self = {
		.options = options,
		.anchors = anchors,
		.devices = options->own_only ? devices : NULL,
		.tell = tell,
		.data = data,
	};

	if (!find_served(&self, error))
		return false;
	if (!options->dry_run && has_anchors(&self))
		heal_anchors(&self);
	if (!heal_namespaces(&self, error))
		return false;
	self.summary.served = self.served != NULL;
	*out = self.summary;
	return true;
}
