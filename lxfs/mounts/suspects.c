/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which mounts of a namespace may be dead views. */
#include "mounts/suspects.h"

#include "mounts/hierarchies.h"
#include "path.h"

#include <string.h>

/* More layers than anybody stacks; a bound for texts that no kernel printed. */
#define LAYERS_MAX 1024

static bool is_spared(const char *path, const char *const *spared)
{
	for (; spared && *spared; spared++)
		if (lx_path_is_within(path, *spared))
			return true;
	return false;
}

static bool is_of_lxcfs(const LxMount *mount)
{
	return strcmp(mount->fstype, "fuse.lxcfs") == 0;
}

static bool is_unserved(const LxMount *mount, const LxSuspectRules *rules)
{
	return lx_served_is_view(mount) && !lx_served_contains(rules->served, mount) &&
	       (!rules->devices || is_of_lxcfs(mount) ||
		       lx_generations_contain(rules->devices, mount->device));
}

static bool is_of_the_host(const LxMount *mount)
{
	return strcmp(mount->fstype, "proc") == 0 || strcmp(mount->fstype, "sysfs") == 0 ||
	       lx_hierarchies_is_one(mount);
}

/* The view that is to be replaced where this mount is the topmost; NULL: nothing is. */
static const LxMount *unserved_view(
	const LxMountinfo *info, const LxSuspectRules *rules, const LxMount *top)
{
	const LxMount *mount = top;

	if (rules->served && is_of_the_host(top))
		mount = lx_mountinfo_beneath(info, top);
	return mount && is_unserved(mount, rules) ? mount : NULL;
}

/* Taking the host's file away would show the dead view for a moment. */
static unsigned count_layers(
	const LxMountinfo *info, const LxSuspectRules *rules, const LxSuspect *suspect)
{
	const LxMount *mount = suspect->view == suspect->top ? suspect->view : NULL;
	unsigned n = 0;

	while (mount && is_unserved(mount, rules) && n < LAYERS_MAX) {
		mount = lx_mountinfo_beneath(info, mount);
		n++;
	}
	return n;
}

/* The numbers of all mounts that something else than a view is mounted in. */
static GHashTable *find_shelters(const LxMountinfo *info)
{
	GHashTable *shelters = g_hash_table_new(NULL, NULL);
	const LxMount *mount;

	for (unsigned i = 0; (mount = lx_mountinfo_at(info, i)) != NULL; i++) {
		const LxMount *parent = lx_mountinfo_by_id(info, mount->parent);

		if (parent && mount->id != parent->covered_by && !lx_served_is_view(mount))
			g_hash_table_add(shelters, GINT_TO_POINTER(parent->id));
	}
	return shelters;
}

/* Is it mounted somewhere inside of another tree that will be replaced? */
static bool lies_in_another(
	const LxMountinfo *info, const LxSuspectRules *rules, const LxMount *view)
{
	const LxMount *parent = lx_mountinfo_by_id(info, lx_mountinfo_bottom(info, view)->parent);

	return parent && parent != view && is_unserved(parent, rules);
}

static void clear_suspect(gpointer data)
{
	LxSuspect *suspect = data;

	g_clear_pointer(&suspect->name, g_free);
}

GArray *lx_suspects_find(const LxMountinfo *info, const LxSuspectRules *rules)
{
	g_autoptr(GHashTable) shelters = find_shelters(info);
	GArray *suspects = g_array_new(FALSE, FALSE, sizeof(LxSuspect));
	const LxMount *top;

	g_array_set_clear_func(suspects, clear_suspect);
	for (unsigned i = 0; (top = lx_mountinfo_at(info, i)) != NULL; i++) {
		LxSuspect suspect = {.top = top};

		if (top->covered_by || is_spared(top->mountpoint, rules->spared))
			continue;
		suspect.view = unserved_view(info, rules, top);
		if (!suspect.view || lies_in_another(info, rules, suspect.view))
			continue;
		suspect.name = lx_served_view_name(suspect.view);
		if (!suspect.name)
			continue;
		suspect.n_layers = count_layers(info, rules, &suspect);
		if (lx_hierarchies_is_view(suspect.view))
			suspect.kernel = lx_hierarchies_kernel(info, suspect.view);
		suspect.shelters =
			g_hash_table_contains(shelters, GINT_TO_POINTER(suspect.view->id));
		g_array_append_val(suspects, suspect);
	}
	return suspects;
}
