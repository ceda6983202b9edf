/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Replacing the dead views of one mount namespace.
 *
 * In three steps: everything is looked at, which may take its time; in its turn, and if what is
 * served has not changed meanwhile, copies are made, still outside (a mount can only be copied in
 * the namespace that it is attached in); the namespace is entered once, dead mounts are taken away
 * and the copies attached. A mount that a container with a
 * user namespace of its own was given is locked to it (mount_namespaces(7)) and cannot be taken
 * away: the copy then lies on top of it.
 */
#include "mounts/replace.h"

#include "fd.h"
#include "mounts/clone.h"
#include "mounts/hierarchies.h"
#include "mounts/place.h"
#include "mounts/probe.h"
#include "mounts/turn.h"
#include "mounts/views.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#define HARMLESS (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)
/* Different file systems in one namespace: generations of lxfs and LXCFS. */
#define DEVICES_MAX 16

typedef struct {
	const LxSuspect *suspect;
	LxFd folder; /* that the mount point lies in */
	char *name;  /* of the mount point in it */
	bool dead;   /* to be replaced */
	LxFd copy;   /* what is to be attached */
} Target;

typedef struct {
	const LxReplaceTask *task;
	LxReplaceReport report;
	LxFd proc; /* the host's /proc, still there after the namespace has been entered */
	GArray *targets;
	uint64_t devices[DEVICES_MAX]; /* those that have been asked */
	LxProbe answers[DEVICES_MAX];
	unsigned n_devices;
} Replacement;

static void fail(Replacement *self, const char *what, const char *why)
{
	if (self->report.failed++ == 0)
		g_snprintf(self->report.why, sizeof self->report.why, "%s: %s", what, why);
}

/* ---- Reaching a mount point -------------------------------------------------------------- */

/* Opens what the path leads to now, if it is the mount that it was. */
static int open_top(const Replacement *self, const Target *target)
{
	g_auto(LxFd) fd = openat(target->folder, target->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 || lx_place_mount_id(self->proc, fd) != target->suspect->top->id)
		return -1;
	return lx_fd_steal(&fd);
}

static bool find_place(Target *target, int root)
{
	const char *path = target->suspect->top->mountpoint;
	g_autofree char *folder = g_path_get_dirname(path);

	target->name = g_path_get_basename(path);
	if (strcmp(target->name, "/") == 0 || strcmp(target->name, "..") == 0)
		return false;
	target->folder = lx_place_walk(root, folder);
	return target->folder >= 0;
}

/* ---- Looking ----------------------------------------------------------------------------- */

/* Each file system is asked once. */
static LxProbe probe(Replacement *self, const LxMount *mount, int fd)
{
	LxProbe answer;

	for (unsigned i = 0; i < self->n_devices; i++)
		if (self->devices[i] == mount->device)
			return self->answers[i];
	answer = lx_probe_fd(fd, self->task->probe_msec);
	if (self->n_devices < DEVICES_MAX) {
		self->devices[self->n_devices] = mount->device;
		self->answers[self->n_devices++] = answer;
	}
	return answer;
}

/* Under the host's file that was put there because it was dead, it needs no probe. */
static bool is_dead(Replacement *self, const Target *target, int fd)
{
	const LxSuspect *suspect = target->suspect;

	if (suspect->view != suspect->top)
		return true;
	switch (probe(self, suspect->view, fd)) {
	case LX_PROBE_DEAD:
		return true;
	case LX_PROBE_SILENT:
		fail(self, suspect->top->mountpoint,
			"its server does not answer, leaving it alone");
		return false;
	case LX_PROBE_UNASKED:
		fail(self, suspect->top->mountpoint,
			"no child to ask its server could be started, leaving it alone");
		return false;
	default:
		self->report.alive++;
		return false;
	}
}

/* What the container had there itself. NULL: nothing, or it cannot be found. */
static char *find_kernels_own(const LxSuspect *suspect)
{
	g_autoptr(LxMountinfo) own = suspect->kernel ? lx_mountinfo_read(getpid(), NULL) : NULL;

	return own ? lx_hierarchies_host_path(own, suspect->kernel) : NULL;
}

/* The anchor, so that next time the container heals by itself; else straight from the source. */
static char *find_source(const LxReplaceTask *task, const LxSuspect *suspect)
{
	g_autofree char *anchor = g_build_filename(task->anchors, suspect->name, NULL);
	const LxView *view = lx_views_find(suspect->name);

	if (view && g_file_test(anchor, G_FILE_TEST_EXISTS))
		return g_steal_pointer(&anchor);
	if (task->served)
		return g_build_filename(task->served->mountpoint, suspect->name, NULL);
	return view ? lx_views_host_path(view) : find_kernels_own(suspect);
}

/*
 * The mount point itself, say, of which a namespace has a copy: while nothing is served there is
 * nothing to put in its place. It stays, dead as it is: taken away it would not be found, and
 * replaced, when lxfs serves again.
 */
static bool must_stay(const LxReplaceTask *task, const Target *target)
{
	g_autofree char *source = find_source(task, target->suspect);

	return source == NULL;
}

static void look_at(Replacement *self, Target *target, int root)
{
	g_auto(LxFd) top = -1;

	if (find_place(target, root))
		top = open_top(self, target);
	if (top < 0) {
		self->report.hidden++;
		return;
	}
	if (!is_dead(self, target, top))
		return;
	if (must_stay(self->task, target))
		self->report.left++;
	else if (target->suspect->shelters)
		fail(self, target->suspect->top->mountpoint,
			"other mounts lie below it, leaving it alone");
	else
		target->dead = true;
}

/* ---- Copying ----------------------------------------------------------------------------- */

/*
 * The view was mounted by somebody in the container, or says so: it allows no more than the
 * kernel's own mount beneath it, and what is the host's is never written to.
 */
static uint64_t attributes_of(const LxReplaceTask *task, const LxSuspect *suspect)
{
	uint64_t attributes = suspect->view->attributes | HARMLESS;

	if (suspect->kernel)
		return attributes | suspect->kernel->attributes;
	return attributes | (task->served ? 0 : MOUNT_ATTR_RDONLY);
}

static int make_copy(const LxReplaceTask *task, const LxSuspect *suspect, GError **error)
{
	g_autofree char *source = find_source(task, suspect);
	const LxCloneRequest request = {
		.source = source,
		.attributes = attributes_of(task, suspect),
		.propagation = MS_SLAVE,
		.recursive = true,
	};

	return lx_clone_open(&request, error);
}

static void make_copies(Replacement *self)
{
	for (unsigned i = 0; i < self->targets->len; i++) {
		Target *target = &g_array_index(self->targets, Target, i);
		g_autoptr(GError) error = NULL;

		if (!target->dead)
			continue;
		target->copy = make_copy(self->task, target->suspect, &error);
		if (target->copy < 0)
			fail(self, target->suspect->top->mountpoint, error->message);
	}
}

/* ---- Acting ------------------------------------------------------------------------------ */

/* Where nothing is served the dead one stays, so that it is found again. */
static void take_away(const LxReplaceTask *task, const Target *target)
{
	unsigned n_layers = task->served ? target->suspect->n_layers : 0;

	for (unsigned i = 0; i < n_layers; i++)
		if (umount2(target->name, MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
			return; /* locked: what is below it stays below */
}

static void replace(Replacement *self, const Target *target)
{
	const char *path = target->suspect->top->mountpoint;
	g_auto(LxFd) top = -1;

	/* It is the container's folder, and may have changed since. */
	top = open_top(self, target);
	if (top < 0 || fchdir(target->folder) < 0) {
		self->report.hidden++;
		return;
	}
	lx_fd_clear(&top);
	take_away(self->task, target);
	if (move_mount(target->copy, "", target->folder, target->name, MOVE_MOUNT_F_EMPTY_PATH) ==
		0)
		self->report.healed++;
	else
		fail(self, path, g_strerror(errno));
}

static unsigned count_dead(const Replacement *self)
{
	unsigned n = 0;

	for (unsigned i = 0; i < self->targets->len; i++)
		n += g_array_index(self->targets, Target, i).dead;
	return n;
}

/* Since somebody looked at what is served, lxfs may have been stopped or started. */
static bool is_still_so(const LxReplaceTask *task, GError **error)
{
	g_autoptr(LxMountinfo) own = lx_mountinfo_read(getpid(), error);
	LxServed now;

	if (!own)
		return false;
	if (lx_served_find(own, task->mountpoint, &now) == (task->mounted != NULL) &&
		(!task->mounted || lx_served_is_same(&now, task->mounted)))
		return true;
	lx_error_set(error, EAGAIN, "what lxfs serves has changed; try again");
	return false;
}

static void act(Replacement *self, int space)
{
	const LxReplaceTask *task = self->task;
	g_autoptr(GError) error = NULL;
	g_auto(LxFd) turn = lx_turn_take(task->runtime_dir);

	if (!is_still_so(task, &error)) {
		fail(self, "replacing dead views", error->message);
		return;
	}
	make_copies(self);
	if (task->pid != 0 && setns(space, CLONE_NEWNS) < 0) {
		fail(self, "entering the mount namespace", g_strerror(errno));
		return;
	}
	for (unsigned i = 0; i < self->targets->len; i++) {
		const Target *target = &g_array_index(self->targets, Target, i);

		if (target->copy >= 0)
			replace(self, target);
	}
}

/* ---- One namespace ----------------------------------------------------------------------- */

static void clear_target(gpointer data)
{
	Target *target = data;

	lx_fd_clear(&target->folder);
	lx_fd_clear(&target->copy);
	g_clear_pointer(&target->name, g_free);
}

static void clear(Replacement *self)
{
	lx_fd_clear(&self->proc);
	g_clear_pointer(&self->targets, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Replacement, clear)

static void look_at_all(Replacement *self, int root)
{
	self->targets = g_array_new(FALSE, FALSE, sizeof(Target));
	g_array_set_clear_func(self->targets, clear_target);
	for (unsigned i = 0; i < self->task->suspects->len; i++) {
		Target target = {
			.suspect = &g_array_index(self->task->suspects, LxSuspect, i),
			.folder = -1,
			.copy = -1,
		};

		look_at(self, &target, root);
		g_array_append_val(self->targets, target);
	}
}

/* -1 when the process has gone, or is in another namespace by now. */
static int open_namespace(const LxReplaceTask *task)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/ns/mnt", (int)task->pid);
	g_auto(LxFd) fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0 || status.st_ino != task->inode)
		return -1;
	return lx_fd_steal(&fd);
}

void lx_replace_run(const LxReplaceTask *task, LxReplaceReport *out)
{
	g_auto(Replacement) self = {
		.task = task,
		.proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC),
	};
	g_autofree char *path =
		task->pid ? g_strdup_printf("/proc/%d/root", (int)task->pid) : g_strdup("/");
	g_auto(LxFd) root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	g_auto(LxFd) space = task->pid ? open_namespace(task) : -1;
	unsigned n_dead;

	/* The root first and the namespace after it: the process was in it at both times. */
	if (root >= 0 && self.proc >= 0 && (space >= 0 || task->pid == 0)) {
		look_at_all(&self, root);
		n_dead = count_dead(&self);
		if (task->dry_run)
			self.report.healed = n_dead;
		else if (n_dead > 0)
			act(&self, space);
	}
	*out = self.report;
}
