/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Putting the views into a running container. */
#include "mounts/attach.h"

#include "mounts/anchors.h"
#include "mounts/attached.h"
#include "mounts/clean.h"
#include "mounts/clone.h"
#include "mounts/generations.h"
#include "mounts/hierarchies.h"
#include "mounts/place.h"
#include "mounts/probe.h"
#include "mounts/turn.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#define SYSTEMD_BOOTED "/run/systemd/system"

typedef struct {
	const LxView *view;    /* NULL: the cgroup view */
	char *source;          /* what is copied */
	char *path;            /* in the container, as its process names it */
	LxFd place;            /* what the path leads to */
	LxFd copy;             /* what is to be attached there */
	const LxMount *ground; /* that the place lies on */
} Target;

typedef struct {
	const LxAttachOptions *options;
	const char *anchors;
	LxMountinfo *own;
	GArray *devices;
	LxServed served_now;
	const LxServed *served; /* NULL: nothing is */
	LxVisit *visit;
	GArray *targets;
} Attach;

/* ---- Looking ----------------------------------------------------------------------------- */

static void clear_target(gpointer data)
{
	Target *target = data;

	g_clear_pointer(&target->source, g_free);
	g_clear_pointer(&target->path, g_free);
	lx_fd_clear(&target->place);
	lx_fd_clear(&target->copy);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Target, clear_target)

/* NULL: a view can be put there. DONT_SYNC: the type never changes, so nobody is asked. */
static const char *wrong_with_type(const Target *target)
{
	struct statx status;

	if (statx(target->place, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &status) < 0)
		return g_strerror(errno);
	if (S_ISLNK(status.stx_mode))
		return "it is a symbolic link, leaving it alone";
	if (target->view->folder)
		return S_ISDIR(status.stx_mode) ? NULL : "it is no folder, leaving it alone";
	return S_ISREG(status.stx_mode) ? NULL : "it is no regular file, leaving it alone";
}

/* What lies there, if it is a mount of its own. */
static LxAttachedState state_of(const Attach *self, const Target *target)
{
	const LxAttachedRules rules = {.served = self->served, .devices = self->devices};

	if (strcmp(target->ground->mountpoint, target->path) != 0)
		return LX_ATTACHED_ABSENT;
	return lx_attached_judge(self->visit->info, &rules, target->ground, target->view).state;
}

static const char *wrong_with_ground(
	const Attach *self, const Target *target, LxAttachedState state)
{
	bool is_view = state == LX_ATTACHED_DEAD || state == LX_ATTACHED_FOREIGN;

	if (state == LX_ATTACHED_COVERED)
		return "something else has been mounted over lxfs's file, leaving it alone";
	if (!is_view && !lx_attached_is_own_file(target->ground, target->path, target->view))
		return "it is not the kernel's own file, leaving it alone";
	if (lx_visit_is_shared_with_host(self->visit, target->ground))
		return "its mounts are shared with the host, which would get the views too";
	return NULL;
}

static bool has_anchor(const Attach *self, const LxView *view)
{
	g_autofree char *path = g_build_filename(self->anchors, view->name, NULL);

	return lx_mountinfo_top(self->own, path) != NULL;
}

/* What the path leads to, and what is wrong with it. NULL: nothing is. */
static const char *examine(const Attach *self, Target *target, LxAttachedState *out_state)
{
	const char *wrong = wrong_with_type(target);

	if (wrong)
		return wrong;
	target->ground = lx_visit_mount_of(self->visit, target->place);
	if (!target->ground)
		return "its mounts change while they are looked at; try again";
	*out_state = state_of(self, target);
	if (*out_state == LX_ATTACHED_HEALTHY || *out_state == LX_ATTACHED_WAITING)
		return NULL;
	return wrong_with_ground(self, target, *out_state);
}

/* ENOTDIR is what the kernel says when a symbolic link should have been a folder. */
static void on_no_place(const Attach *self, const Target *target, int code)
{
	if (code == ENOENT)
		self->visit->report->missing++;
	else
		lx_visit_fail(self->visit, target->path,
			code == ENOTDIR ? "its path has a symbolic link or a file for a folder, "
					  "leaving it alone"
					: g_strerror(code));
}

static char *path_in_container(const Attach *self, const char *name)
{
	return g_build_filename("/", self->options->root ? self->options->root : "", name, NULL);
}

static void look_at(Attach *self, const LxView *view)
{
	LxVisit *visit = self->visit;
	g_auto(Target) target = {.view = view, .place = -1, .copy = -1};
	LxAttachedState state = LX_ATTACHED_ABSENT;
	const char *wrong;

	target.source = g_build_filename(self->anchors, view->name, NULL);
	target.path = path_in_container(self, view->name);
	target.place = lx_place_open(visit->root, target.path);
	if (target.place < 0) {
		on_no_place(self, &target, errno);
		return;
	}
	wrong = examine(self, &target, &state);
	if (wrong) {
		lx_visit_fail(visit, target.path, wrong);
	} else if (state == LX_ATTACHED_HEALTHY || state == LX_ATTACHED_WAITING) {
		visit->report->already++;
	} else {
		g_array_append_val(self->targets, target);
		target = (Target){.place = -1, .copy = -1};
	}
}

static void look_at_all(Attach *self)
{
	const LxView *view;

	for (unsigned i = 0; (view = lx_views_at(i)) != NULL; i++) {
		if (!(self->options->views & UINT32_C(1) << i))
			continue;
		if (has_anchor(self, view))
			look_at(self, view);
		else
			self->visit->report->missing++;
	}
}

/* ---- Looking at cgroups ------------------------------------------------------------------ */

/* Takes the target, if it is still what it was in the table of mounts. */
static void add_cgroup_target(Attach *self, Target *target)
{
	LxVisit *visit = self->visit;

	target->place = lx_place_walk(visit->root, target->path);
	if (target->place < 0 || lx_visit_mount_of(visit, target->place) != target->ground) {
		lx_visit_fail(visit, target->path, "something else lies over it, leaving it alone");
	} else if (lx_visit_is_shared_with_host(visit, target->ground)) {
		lx_visit_fail(visit, target->path,
			"its mounts are shared with the host, which would get the view too");
	} else {
		g_array_append_vals(self->targets, target, 1);
		*target = (Target){.place = -1, .copy = -1};
	}
}

/* sd_booted(3), of a systemd of its own: where /run is the host's, so is the folder. */
static bool runs_systemd(const LxVisit *visit)
{
	g_auto(LxFd) fd = lx_place_walk(visit->root, SYSTEMD_BOOTED);
	struct stat own, host;

	if (fd < 0 || fstat(fd, &own) < 0)
		return false;
	return fstatat(visit->proc, "1/root" SYSTEMD_BOOTED, &host, 0) < 0 ||
	       own.st_dev != host.st_dev || own.st_ino != host.st_ino;
}

/* A mount of neither all cgroups nor the container's own is none that there is a view of. */
static void look_at_hierarchy(Attach *self, const LxHierarchyMount *there, const LxMount *top)
{
	const char *mountpoint = self->options->mountpoint;
	g_auto(Target) target = {.ground = top, .place = -1, .copy = -1};
	g_autofree char *name = lx_hierarchies_view_name(self->own, mountpoint, there);

	if (!name) {
		self->visit->report->missing++;
		return;
	}
	if (strcmp(name, LX_HIERARCHIES_VIEW) == 0 && runs_systemd(self->visit)) {
		lx_visit_fail(self->visit, top->mountpoint,
			"systemd takes nothing but the kernel's own there, leaving it alone");
		return;
	}
	target.path = g_strdup(top->mountpoint);
	target.source = g_build_filename(mountpoint, name, NULL);
	add_cgroup_target(self, &target);
}

/* `there` has what is alike for all; `named` the same mounts with the roots as the container names
 * them. False: it has mounted none. */
static bool look_at_hierarchies(
	Attach *self, const char *path, const LxMountinfo *named, LxHierarchyMount there)
{
	const LxMountinfo *info = self->visit->info;
	const LxMount *top;
	bool any = false;

	for (unsigned cursor = 0; (top = lx_hierarchies_next(info, path, &cursor)); any = true) {
		const LxMount *same;

		there.mount = lx_hierarchies_kernel(info, top);
		same = there.mount ? lx_mountinfo_by_id(named, there.mount->id) : NULL;
		there.root = same ? same->root : NULL;
		if (same && !lx_served_contains(self->served, top))
			look_at_hierarchy(self, &there, top);
	}
	return any;
}

/* The kernel's empty folder, where a container has mounted no hierarchy. */
static void look_at_empty_place(Attach *self, const char *path)
{
	static const LxView whole = {LX_HIERARCHIES_PLACE, true, true};
	g_auto(LxFd) place = lx_place_walk(self->visit->root, path);
	g_auto(Target) target = {.place = -1, .copy = -1};

	target.ground = place < 0 ? NULL : lx_visit_mount_of(self->visit, place);
	if (!target.ground || !lx_attached_is_own_file(target.ground, path, &whole))
		return;
	target.path = g_strdup(path);
	target.source = g_build_filename(self->options->mountpoint, LX_HIERARCHIES_VIEW, NULL);
	add_cgroup_target(self, &target);
}

static void look_at_cgroups(Attach *self)
{
	LxVisit *visit = self->visit;
	g_autofree char *path = path_in_container(self, LX_HIERARCHIES_PLACE);
	const LxHierarchyMount there = {
		.rooted = lx_visit_is_rooted(visit),
		.pid = visit->pid,
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(LxMountinfo) named = lx_visit_enter_cgroups(visit, &error);

	if (!named)
		lx_visit_fail(visit, path, error->message);
	else if (!look_at_hierarchies(self, path, named, there))
		look_at_empty_place(self, path);
}

/* ---- Copying ----------------------------------------------------------------------------- */

/* What is written to is a pressure file's trigger, or a cgroup as far as it was. */
static bool is_written(const Attach *self, const Target *target)
{
	if (target->view)
		return target->view->written && self->served;
	return !(target->ground->attributes & MOUNT_ATTR_RDONLY);
}

static int copy_marked(const Attach *self, const Target *target, uint64_t mark, GError **error)
{
	bool written = is_written(self, target);
	const LxCloneRequest request = {
		.source = target->source,
		.attributes = LX_ATTACHED_HARMLESS | mark | (written ? 0 : MOUNT_ATTR_RDONLY),
		.propagation = MS_SLAVE,
		.recursive = true,
	};

	return lx_clone_open(&request, error);
}

/* EPERM: the mark is locked (mounts/attached.h). EINVAL: this kernel has no such flag. */
static int make_copy(const Attach *self, const Target *target, GError **error)
{
	bool folder = !target->view || target->view->folder;
	const uint64_t others[] = {folder ? 0 : LX_ATTACHED_OTHER_MARK, 0};
	g_autoptr(GError) failure = NULL;
	int fd = copy_marked(self, target, LX_ATTACHED_MARK, &failure);

	for (size_t i = 0; fd < 0 && i < G_N_ELEMENTS(others); i++) {
		if (lx_error_code(failure) != EPERM && lx_error_code(failure) != EINVAL)
			break;
		g_clear_error(&failure);
		fd = copy_marked(self, target, others[i], &failure);
	}
	if (fd < 0)
		g_propagate_error(error, g_steal_pointer(&failure));
	return fd;
}

static void make_copies(Attach *self)
{
	for (unsigned i = 0; i < self->targets->len; i++) {
		Target *target = &g_array_index(self->targets, Target, i);
		g_autoptr(GError) error = NULL;

		target->copy = make_copy(self, target, &error);
		if (target->copy < 0)
			lx_visit_fail(self->visit, target->path, error->message);
	}
}

/* ---- Acting ------------------------------------------------------------------------------ */

static bool put(const Target *target)
{
	return move_mount(target->copy, "", target->place, "",
		       MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) == 0;
}

static void take_back(Attach *self, unsigned n_targets)
{
	while (n_targets-- > 0)
		lx_visit_unmount(self->visit, g_array_index(self->targets, Target, n_targets).copy);
	self->visit->report->changed = 0;
	self->visit->report->cgroup = false;
}

static bool put_all(Attach *self)
{
	for (unsigned i = 0; i < self->targets->len; i++) {
		const Target *target = &g_array_index(self->targets, Target, i);

		if (!put(target)) {
			lx_visit_fail(self->visit, target->path, g_strerror(errno));
			take_back(self, i);
			return false;
		}
		if (target->view)
			self->visit->report->changed++;
		else
			self->visit->report->cgroup = true;
	}
	return true;
}

/* The mounts that are whole no more when the views lie on them. The place of cgroups is an empty
 * folder of sysfs. */
static GPtrArray *grounds(const Attach *self)
{
	GPtrArray *mounts = g_ptr_array_new();

	for (unsigned i = 0; i < self->targets->len; i++) {
		const Target *target = &g_array_index(self->targets, Target, i);

		if (target->view)
			g_ptr_array_add(mounts, (gpointer)target->ground);
	}
	return mounts;
}

static void prepare_clean(Attach *self, LxClean *clean)
{
	g_autoptr(GPtrArray) hidden = grounds(self);

	if (self->options->clean)
		lx_clean_prepare(clean, self->visit, self->options->root, hidden);
}

/* In its turn: what is copied must not change hands before it can be seen who has the copy. */
static void act(Attach *self)
{
	g_auto(LxClean) clean = LX_CLEAN_NONE;
	g_auto(LxFd) turn = -1;

	prepare_clean(self, &clean);
	turn = lx_turn_take(self->options->runtime_dir);
	make_copies(self);
	if (self->visit->report->failed || !lx_visit_enter(self->visit) ||
		!lx_clean_put(&clean, self->visit))
		return;
	if (!put_all(self))
		lx_clean_take_back(&clean, self->visit);
}

static void work(LxVisit *visit, gpointer data)
{
	Attach *self = data;
	g_autoptr(GArray) targets = g_array_new(FALSE, FALSE, sizeof(Target));

	g_array_set_clear_func(targets, clear_target);
	self->visit = visit;
	self->targets = targets;
	look_at_all(self);
	if (self->options->cgroup)
		look_at_cgroups(self);
	if (visit->report->failed == 0 && targets->len > 0)
		act(self);
}

/* ---- One container ----------------------------------------------------------------------- */

static void clear_attach(Attach *self)
{
	g_clear_pointer(&self->own, lx_mountinfo_free);
	g_clear_pointer(&self->devices, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Attach, clear_attach)

static bool find_anchors(const Attach *self, GError **error)
{
	if (lx_mountinfo_top(self->own, self->anchors))
		return true;
	lx_error_set(error, ENOENT,
		"there are no anchors at %s: start `lxfs serve`, or name its --runtime-dir",
		self->anchors);
	return false;
}

/* Where nothing is mounted the anchors have the host's own files, and will get the views. */
static bool find_unserved(const LxAttachOptions *options, GError **error)
{
	if (!options->cgroup)
		return true;
	lx_error_set(error, ENOTCONN,
		"lxfs does not serve at %s: the cgroup view can be had only while it does",
		options->mountpoint);
	return false;
}

static bool find_served(Attach *self, GError **error)
{
	const LxAttachOptions *options = self->options;

	if (!lx_served_find(self->own, options->mountpoint, &self->served_now))
		return find_unserved(options, error);
	self->served = &self->served_now;
	switch (lx_probe_path(options->mountpoint, options->limit_msec)) {
	case LX_PROBE_ALIVE:
		return true;
	case LX_PROBE_DEAD:
		lx_error_set(error, ENOTCONN, "lxfs at %s is dead: start `lxfs serve` again",
			options->mountpoint);
		return false;
	case LX_PROBE_UNASKED:
		lx_error_set_errno(
			error, errno, "starting a child to ask lxfs at %s", options->mountpoint);
		return false;
	default:
		lx_error_set(error, ETIMEDOUT, "lxfs at %s does not answer", options->mountpoint);
		return false;
	}
}

bool lx_attach_run(const LxAttachOptions *options, pid_t pid, LxVisitReport *out, GError **error)
{
	g_autofree char *anchors = lx_anchors_folder(options->runtime_dir);
	g_auto(Attach) self = {
		.options = options,
		.anchors = anchors,
		.own = lx_mountinfo_read(getpid(), error),
		.devices = lx_generations_read(options->runtime_dir),
	};
	const LxVisitRequest request = {
		.pid = pid,
		.limit_msec = options->limit_msec,
		.own = self.own,
		.work = work,
		.data = &self,
	};

	return self.own && find_anchors(&self, error) && find_served(&self, error) &&
	       lx_visit_run(&request, out, error);
}
