/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The hierarchies of cgroups that a container has mounted. */
#include "mounts/hierarchies.h"

#include "mounts/served.h"
#include "path.h"

#include <string.h>

/* More layers than anybody stacks; a bound for texts that no kernel printed. */
#define LAYERS_MAX 1024u

bool lx_hierarchies_is_one(const LxMount *mount)
{
	return strcmp(mount->fstype, "cgroup") == 0 || strcmp(mount->fstype, "cgroup2") == 0;
}

bool lx_hierarchies_is_view(const LxMount *mount)
{
	return strcmp(mount->fstype, "fuse.lxfs") == 0 &&
	       strcmp(mount->source, LX_SOURCE_CGROUP) == 0;
}

static bool is_layer(const LxMount *mount)
{
	return lx_hierarchies_is_one(mount) || lx_hierarchies_is_view(mount);
}

const LxMount *lx_hierarchies_next(const LxMountinfo *info, const char *place, unsigned *cursor)
{
	const LxMount *mount;

	while ((mount = lx_mountinfo_at(info, (*cursor)++)) != NULL)
		if (!mount->hidden && is_layer(mount) &&
			lx_path_is_within(mount->mountpoint, place))
			return mount;
	return NULL;
}

const LxMount *lx_hierarchies_kernel(const LxMountinfo *info, const LxMount *top)
{
	const LxMount *mount = top;

	for (unsigned n = 0; mount && lx_hierarchies_is_view(mount) && n < LAYERS_MAX; n++)
		mount = lx_mountinfo_beneath(info, mount);
	return mount && lx_hierarchies_is_one(mount) ? mount : NULL;
}

/* ---- On the host ------------------------------------------------------------------------- */

/* The mounts of the whole hierarchy that `mount` is of, one after the other. */
static const LxMount *next_on_host(const LxMountinfo *own, const LxMount *mount, unsigned *cursor)
{
	const LxMount *other;

	while ((other = lx_mountinfo_at(own, (*cursor)++)) != NULL)
		if (other->device == mount->device && lx_hierarchies_is_one(other) &&
			strcmp(other->root, "/") == 0 && !other->hidden)
			return other;
	return NULL;
}

static bool is_inside(const char *root)
{
	return root[0] == '/' && !g_str_has_prefix(root, "/..");
}

char *lx_hierarchies_host_path(const LxMountinfo *own, const LxMount *mount)
{
	unsigned cursor = 0;
	const LxMount *whole = is_inside(mount->root) ? next_on_host(own, mount, &cursor) : NULL;

	return whole ? g_build_filename(whole->mountpoint, mount->root, NULL) : NULL;
}

/* ---- In the view ------------------------------------------------------------------------- */

static bool is_shown(const char *mountpoint, const char *name, GFileTest as)
{
	g_autofree char *path = g_build_filename(mountpoint, name, NULL);

	return g_file_test(path, as);
}

static bool is_v2_alone(const LxMountinfo *own)
{
	const LxMount *mount;

	for (unsigned i = 0; (mount = lx_mountinfo_at(own, i)) != NULL; i++)
		if (strcmp(mount->fstype, "cgroup") == 0)
			return false;
	return true;
}

/* The view is the hierarchy, of which we ourselves may see no more than the way to our own cgroup.
 */
static char *name_on_v2(const char *mountpoint, const LxMount *mount)
{
	bool shown = is_shown(mountpoint, LX_HIERARCHIES_VIEW, G_FILE_TEST_IS_DIR);

	return shown && strcmp(mount->fstype, "cgroup2") == 0 ? g_strdup("") : NULL;
}

/* v2 alone: "". Else each is called as its mount point on the host is. */
static char *name_of(const LxMountinfo *own, const char *mountpoint, const LxMount *mount)
{
	const LxMount *whole;

	if (is_v2_alone(own))
		return name_on_v2(mountpoint, mount);
	for (unsigned cursor = 0; (whole = next_on_host(own, mount, &cursor)) != NULL;) {
		g_autofree char *name = g_path_get_basename(whole->mountpoint);
		g_autofree char *folder = g_build_filename(LX_HIERARCHIES_VIEW, name, NULL);

		if (is_shown(mountpoint, folder, G_FILE_TEST_IS_DIR))
			return g_steal_pointer(&name);
	}
	return NULL;
}

static bool stands_in(const char *folder, const char *name, pid_t pid)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	g_autofree char *text = NULL;
	g_auto(GStrv) numbers = NULL;
	g_autofree char *wanted = g_strdup_printf("%d", (int)pid);

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return false;
	numbers = g_strsplit(text, "\n", -1);
	return g_strv_contains((const char *const *)numbers, wanted);
}

/* Where its init stands; systemd goes to a cgroup below. */
static bool is_its_own(const LxMountinfo *own, const LxHierarchyMount *there)
{
	g_autofree char *folder = lx_hierarchies_host_path(own, there->mount);

	return folder && !there->rooted &&
	       (stands_in(folder, "cgroup.procs", there->pid) ||
		       stands_in(folder, "init.scope/cgroup.procs", there->pid));
}

/* A mount of more than the container's own namespace ("/..") shows in the view what is its own. */
char *lx_hierarchies_view_name(
	const LxMountinfo *own, const char *mountpoint, const LxHierarchyMount *there)
{
	g_autofree char *name = name_of(own, mountpoint, there->mount);

	if (!name)
		return NULL;
	if (!is_inside(there->root) || there->root[1] == '\0')
		return name[0] ? g_build_filename(LX_HIERARCHIES_VIEW, name, NULL)
			       : g_strdup(LX_HIERARCHIES_VIEW);
	if (name[0] == '\0' || !is_its_own(own, there))
		return NULL;
	return g_strconcat(LX_HIERARCHIES_VIEW "/" LX_VIEW_OWN, name, NULL);
}
