/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which mounts are views, and which of those are served now. */
#include "mounts/served.h"

#include <string.h>

/* What lies inside the views, in file systems of their own. */
static const struct {
	const char *source;
	const char *folder;
} inner[] = {
	{LX_SOURCE_PRESSURE, "proc/pressure"},
	{LX_SOURCE_CGROUP, "cgroup"},
};

bool lx_served_is_view(const LxMount *mount)
{
	return strcmp(mount->fstype, "fuse.lxfs") == 0 || strcmp(mount->fstype, "fuse.lxcfs") == 0;
}

/*
 * Anybody may call a FUSE file system of his own fuse.lxfs. What he gets in its place must be what
 * any container gets, so never a piece of another container's folder.
 */
static bool is_given_to_all(const char *root)
{
	return root[0] == '/' && !g_str_has_prefix(root, "/containers") &&
	       !g_str_has_suffix(root, "//deleted") && !strstr(root, "/../") &&
	       !g_str_has_suffix(root, "/..");
}

char *lx_served_view_name(const LxMount *mount)
{
	if (!is_given_to_all(mount->root))
		return NULL;
	for (size_t i = 0; i < G_N_ELEMENTS(inner); i++) {
		if (strcmp(mount->source, inner[i].source) != 0)
			continue;
		if (mount->root[1] == '\0')
			return g_strdup(inner[i].folder);
		return g_build_filename(inner[i].folder, mount->root + 1, NULL);
	}
	return g_strdup(mount->root + 1);
}

static void add(LxServed *served, const LxMountinfo *own, const char *folder)
{
	const LxMount *mount = lx_mountinfo_top(own, folder);

	if (mount && lx_served_is_view(mount))
		served->devices[served->n_devices++] = mount->device;
}

bool lx_served_find(const LxMountinfo *own, const char *mountpoint, LxServed *out)
{
	LxServed served = {.mountpoint = mountpoint};

	add(&served, own, mountpoint);
	if (served.n_devices == 0)
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(inner); i++) {
		g_autofree char *folder = g_build_filename(mountpoint, inner[i].folder, NULL);

		add(&served, own, folder);
	}
	*out = served;
	return true;
}

bool lx_served_contains(const LxServed *served, const LxMount *mount)
{
	for (unsigned i = 0; served && i < served->n_devices; i++)
		if (served->devices[i] == mount->device)
			return true;
	return false;
}

bool lx_served_is_same(const LxServed *one, const LxServed *other)
{
	if (one->n_devices != other->n_devices)
		return false;
	for (unsigned i = 0; i < one->n_devices; i++)
		if (one->devices[i] != other->devices[i])
			return false;
	return true;
}
