/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which views a container has, from its mountinfo alone. */
#include "mounts/attached.h"

#include "mounts/generations.h"
#include "mounts/hierarchies.h"
#include "path.h"

#include <string.h>

/* More layers than anybody stacks; a bound for texts that no kernel printed. */
#define LAYERS_MAX 1024u

static bool is_of_the_host(const LxMount *mount)
{
	return strcmp(mount->fstype, "proc") == 0 || strcmp(mount->fstype, "sysfs") == 0;
}

/* A layer that attach or an anchor can have brought. */
static bool is_layer(const LxMount *mount)
{
	return lx_served_is_view(mount) || is_of_the_host(mount);
}

/* Has attach put a file somewhere in this namespace where its usual mark is locked? */
static bool is_locked(const LxMountinfo *info)
{
	const LxMount *mount;

	for (unsigned i = 0; (mount = lx_mountinfo_at(info, i)) != NULL; i++)
		if (is_layer(mount) && (mount->attributes & LX_ATTACHED_OTHER_MARK))
			return true;
	return false;
}

static bool is_marked_folder(const LxMountinfo *info, const LxMount *mount)
{
	if (mount->attributes & LX_ATTACHED_MARK)
		return true;
	return (mount->attributes & LX_ATTACHED_HARMLESS) == LX_ATTACHED_HARMLESS &&
	       is_locked(info);
}

static bool is_marked(const LxMountinfo *info, const LxMount *mount, const LxView *view)
{
	if (!is_layer(mount))
		return false;
	if (view->folder)
		return is_marked_folder(info, mount);
	return mount->attributes & (LX_ATTACHED_MARK | LX_ATTACHED_OTHER_MARK);
}

/* "/meminfo" of "proc/meminfo". */
static const char *path_in_file_system(const LxView *view)
{
	return strchr(view->name, '/');
}

bool lx_attached_is_own_file(const LxMount *mount, const char *path, const LxView *view)
{
	const char *fstype = g_str_has_prefix(view->name, "proc/") ? "proc" : "sysfs";
	const char *rest = lx_path_rest(path, mount->mountpoint);
	g_autofree char *inner = NULL;

	if (strcmp(mount->fstype, fstype) != 0 || !rest)
		return false;
	inner = g_strconcat(strcmp(mount->root, "/") == 0 ? "" : mount->root, rest, NULL);
	return strcmp(inner, path_in_file_system(view)) == 0;
}

/* From the top down to the lowest that attach has put there. */
static unsigned count_layers(
	const LxMountinfo *info, const LxMount *top, const LxView *view, bool *out_covered)
{
	const LxMount *layer = top;
	unsigned n_layers = 0;
	bool strange = false, covered = false;

	for (unsigned n = 1; layer && n < LAYERS_MAX; n++) {
		if (is_marked(info, layer, view)) {
			n_layers = n;
			covered = strange;
		} else if (!is_layer(layer) || layer->master == 0) {
			strange = true;
		}
		layer = lx_mountinfo_beneath(info, layer);
	}
	*out_covered = covered;
	return n_layers;
}

static bool has_name(const LxMount *mount, const LxView *view)
{
	g_autofree char *name = lx_served_view_name(mount);

	return name && strcmp(name, view->name) == 0;
}

static bool was_ours(const LxAttachedRules *rules, const LxMount *mount)
{
	return strcmp(mount->fstype, "fuse.lxfs") == 0 &&
	       (!rules->devices || lx_generations_contain(rules->devices, mount->device));
}

static LxAttachedState state_of(const LxMountinfo *info, const LxAttachedRules *rules,
	const LxMount *top, const LxView *view)
{
	if (is_of_the_host(top))
		return top->master || is_marked(info, top, view) ? LX_ATTACHED_WAITING
								 : LX_ATTACHED_ABSENT;
	if (!lx_served_is_view(top))
		return LX_ATTACHED_ABSENT;
	if (!has_name(top, view))
		return LX_ATTACHED_FOREIGN;
	if (lx_served_contains(rules->served, top))
		return LX_ATTACHED_HEALTHY;
	return was_ours(rules, top) ? LX_ATTACHED_DEAD : LX_ATTACHED_FOREIGN;
}

LxAttachedView lx_attached_judge(const LxMountinfo *info, const LxAttachedRules *rules,
	const LxMount *top, const LxView *view)
{
	LxAttachedView found = {.state = state_of(info, rules, top, view)};
	bool covered;

	found.n_layers = count_layers(info, top, view, &covered);
	if (covered)
		found.state = LX_ATTACHED_COVERED;
	return found;
}

/* ---- The cgroup view --------------------------------------------------------------------- */

/* Over what has died `lxfs heal` puts the kernel's own, until something is served. */
static LxAttachedState state_of_cgroup(
	const LxMountinfo *info, const LxAttachedRules *rules, const LxMount *top)
{
	const LxMount *beneath = lx_mountinfo_beneath(info, top);

	if (lx_hierarchies_is_one(top))
		return beneath && lx_hierarchies_is_view(beneath) ? LX_ATTACHED_WAITING
								  : LX_ATTACHED_ABSENT;
	if (lx_served_contains(rules->served, top))
		return LX_ATTACHED_HEALTHY;
	return was_ours(rules, top) ? LX_ATTACHED_DEAD : LX_ATTACHED_FOREIGN;
}

LxAttachedView lx_attached_judge_cgroup(
	const LxMountinfo *info, const LxAttachedRules *rules, const LxMount *top)
{
	LxAttachedView found = {.state = state_of_cgroup(info, rules, top)};
	const LxMount *layer = top;

	for (unsigned n = 1; layer && n < LAYERS_MAX; n++) {
		if (lx_hierarchies_is_view(layer) && is_marked_folder(info, layer))
			found.n_layers = n;
		else if (!lx_hierarchies_is_view(layer) && !lx_hierarchies_is_one(layer))
			break;
		layer = lx_mountinfo_beneath(info, layer);
	}
	return found;
}

/* From what needs nothing done to what needs it most. */
static bool is_worse(LxAttachedState one, LxAttachedState other)
{
	static const unsigned ranks[] = {
		[LX_ATTACHED_ABSENT] = 0,
		[LX_ATTACHED_COVERED] = 0,
		[LX_ATTACHED_FOREIGN] = 1,
		[LX_ATTACHED_HEALTHY] = 2,
		[LX_ATTACHED_WAITING] = 3,
		[LX_ATTACHED_DEAD] = 4,
	};

	return ranks[one] > ranks[other];
}

static LxAttachedState find_cgroup(const LxMountinfo *info, const LxAttachedRules *rules)
{
	LxAttachedState worst = LX_ATTACHED_ABSENT;
	const LxMount *top;

	for (unsigned cursor = 0;
		(top = lx_hierarchies_next(info, "/" LX_HIERARCHIES_PLACE, &cursor)) != NULL;) {
		LxAttachedState state = state_of_cgroup(info, rules, top);

		if (is_worse(state, worst))
			worst = state;
	}
	return worst;
}

/* ---- One container ----------------------------------------------------------------------- */

void lx_attached_find(const LxMountinfo *info, const LxAttachedRules *rules, LxAttached *out)
{
	const LxView *view;

	*out = (LxAttached){0};
	for (unsigned i = 0; (view = lx_views_at(i)) != NULL; i++) {
		g_autofree char *path = lx_views_host_path(view);
		const LxMount *top = lx_mountinfo_top(info, path);

		if (top)
			out->views[i] = lx_attached_judge(info, rules, top, view);
	}
	out->cgroup = find_cgroup(info, rules);
}

bool lx_attached_look(pid_t pid, const LxAttachedRules *rules, LxAttached *out, GError **error)
{
	g_autoptr(LxMountinfo) info = lx_mountinfo_read(pid, error);

	if (!info)
		return false;
	lx_attached_find(info, rules, out);
	return true;
}

const char *lx_attached_state_name(LxAttachedState state)
{
	static const char *const names[] = {
		[LX_ATTACHED_ABSENT] = "absent",
		[LX_ATTACHED_HEALTHY] = "healthy",
		[LX_ATTACHED_WAITING] = "waiting",
		[LX_ATTACHED_DEAD] = "dead",
		[LX_ATTACHED_FOREIGN] = "foreign",
		[LX_ATTACHED_COVERED] = "covered",
	};

	return names[state];
}
