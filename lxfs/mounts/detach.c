/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Taking the views out of a running container. */
#include "mounts/detach.h"

#include "mounts/attached.h"
#include "mounts/clean.h"
#include "mounts/hierarchies.h"
#include "mounts/place.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>

/* Mounts at one place, to be taken away from the top down. */
typedef struct {
	const char *path; /* of the place: in the mountinfo of the container */
	LxFd folder;      /* that the place lies in */
	char *name;       /* of the place in it */
	const LxMount *top;
	unsigned n_layers;
	bool counts; /* as a view */
} Pile;

typedef struct {
	const LxAttachOptions *options;
	LxVisit *visit;
	GArray *piles;
	bool any_left; /* views that are not to be taken out */
} Detach;

static void clear_pile(gpointer data)
{
	Pile *pile = data;

	lx_fd_clear(&pile->folder);
	g_clear_pointer(&pile->name, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Pile, clear_pile)

/* ---- Looking ----------------------------------------------------------------------------- */

static bool leads_to(const LxVisit *visit, const Pile *pile, const LxMount *mount)
{
	g_auto(LxFd) fd = openat(pile->folder, pile->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	return fd >= 0 && lx_place_mount_id(visit->proc, fd) == mount->id;
}

static bool open_pile(Pile *pile, const LxVisit *visit)
{
	g_autofree char *folder = g_path_get_dirname(pile->path);

	pile->name = g_path_get_basename(pile->path);
	pile->folder = lx_place_walk(visit->root, folder);
	return pile->folder >= 0 && leads_to(visit, pile, pile->top);
}

/* Takes the pile. */
static void add(Detach *self, Pile *pile)
{
	if (open_pile(pile, self->visit)) {
		g_array_append_vals(self->piles, pile, 1);
		*pile = (Pile){.folder = -1};
	} else {
		lx_visit_fail(
			self->visit, pile->path, "something else lies over it, leaving it alone");
	}
}

static void look_at(Detach *self, const LxView *view, bool chosen)
{
	const LxAttachedRules rules = {0};
	const char *root = self->options->root ? self->options->root : "";
	g_autofree char *path = g_build_filename("/", root, view->name, NULL);
	const LxMount *top = lx_mountinfo_top(self->visit->info, path);
	g_auto(Pile) pile = {.folder = -1, .top = top};
	LxAttachedView found = {0};

	if (top)
		found = lx_attached_judge(self->visit->info, &rules, top, view);
	if (found.n_layers && !chosen)
		self->any_left = true;
	if (!chosen)
		return;
	if (found.n_layers == 0) {
		self->visit->report->already++;
		return;
	}
	if (found.state == LX_ATTACHED_COVERED) {
		lx_visit_fail(self->visit, path, "something else lies over it, leaving it alone");
		return;
	}
	pile.path = top->mountpoint;
	pile.n_layers = found.n_layers;
	pile.counts = true;
	add(self, &pile);
}

static void look_at_cgroups(Detach *self)
{
	const LxAttachedRules rules = {0};
	const LxMountinfo *info = self->visit->info;
	const char *root = self->options->root ? self->options->root : "";
	g_autofree char *path = g_build_filename("/", root, LX_HIERARCHIES_PLACE, NULL);
	const LxMount *top;

	for (unsigned cursor = 0; (top = lx_hierarchies_next(info, path, &cursor)) != NULL;) {
		g_auto(Pile) pile = {.path = top->mountpoint, .folder = -1, .top = top};

		pile.n_layers = lx_attached_judge_cgroup(info, &rules, top).n_layers;
		if (pile.n_layers == 0)
			continue;
		self->visit->report->cgroup = true;
		add(self, &pile);
	}
}

static void look_at_all(Detach *self)
{
	const LxView *view;

	for (unsigned i = 0; (view = lx_views_at(i)) != NULL; i++)
		look_at(self, view, self->options->views & UINT32_C(1) << i);
}

/* What covers it and the tmpfs; what lies in that goes with it. */
static void look_for_clean(Detach *self)
{
	const LxMountinfo *info = self->visit->info;
	const LxMount *folder = lx_clean_find(info);
	g_auto(Pile) pile = {.folder = -1};

	if (!folder || self->any_left)
		return;
	pile.path = folder->mountpoint;
	pile.top = lx_mountinfo_top(info, folder->mountpoint);
	pile.n_layers = pile.top == folder ? 1 : 2;
	if (!pile.top || (pile.n_layers == 2 && lx_mountinfo_beneath(info, pile.top) != folder))
		return; /* something of the container's own lies on it */
	self->visit->report->clean = true;
	add(self, &pile);
}

/* ---- Acting ------------------------------------------------------------------------------ */

/* By name, since what lies beneath can be reached by no other way. */
static bool take_away(const LxVisit *visit, const Pile *pile)
{
	const LxMount *layer = pile->top;

	if (fchdir(pile->folder) < 0)
		return false;
	for (unsigned i = 0; i < pile->n_layers; i++) {
		const LxMount *beneath = lx_mountinfo_beneath(visit->info, layer);

		if (!leads_to(visit, pile, layer)) {
			errno = EBUSY; /* the container has mounted something meanwhile */
			return false;
		}
		if (umount2(pile->name, MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
			return false;
		layer = beneath;
	}
	return true;
}

/* What a container in the container was given when its user namespace was made: EINVAL. */
static const char *why_it_stays(int code)
{
	return code == EINVAL ? "it is locked; it must be detached from the container around this "
				"one before this one is started"
			      : g_strerror(code);
}

static void act(Detach *self)
{
	LxVisitReport *report = self->visit->report;

	if (!lx_visit_enter(self->visit))
		return;
	for (unsigned i = 0; i < self->piles->len; i++) {
		const Pile *pile = &g_array_index(self->piles, Pile, i);

		if (!take_away(self->visit, pile))
			lx_visit_fail(self->visit, pile->path, why_it_stays(errno));
		else
			report->changed += pile->counts;
	}
}

static void work(LxVisit *visit, gpointer data)
{
	Detach *self = data;
	g_autoptr(GArray) piles = g_array_new(FALSE, FALSE, sizeof(Pile));

	g_array_set_clear_func(piles, clear_pile);
	self->visit = visit;
	self->piles = piles;
	look_at_all(self);
	if (self->options->cgroup)
		look_at_cgroups(self);
	look_for_clean(self);
	if (piles->len > 0)
		act(self);
}

bool lx_detach_run(const LxAttachOptions *options, pid_t pid, LxVisitReport *out, GError **error)
{
	g_autoptr(LxMountinfo) own = lx_mountinfo_read(getpid(), error);
	Detach self = {.options = options};
	const LxVisitRequest request = {
		.pid = pid,
		.limit_msec = options->limit_msec,
		.own = own,
		.work = work,
		.data = &self,
	};

	return own && lx_visit_run(&request, out, error);
}
