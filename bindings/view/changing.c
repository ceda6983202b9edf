/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Folders of the view, made, removed and renamed; owners and modes. */
#include "view/reading.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

/* ---- Folders ----------------------------------------------------------------------------- */

/* Only within his container can anything be changed; above it even what is there cannot. */
static bool find_folder(LxAsker *asker, LxNode node, LxPlaceInView *folder, GError **error)
{
	if (!lx_place_in_view_find(asker, node, folder, error))
		return false;
	if (folder->standing == LX_STANDING_OWN && S_ISDIR(folder->status.st_mode))
		return true;
	lx_error_set(error, EACCES, "changing a folder of the view: it is not the container's");
	return false;
}

/* What has no path could not be found again. */
static bool may_be_called(const LxPlaceInView *folder, const char *name, GError **error)
{
	if (!lx_place_in_view_is_name(name)) {
		lx_error_set(error, EINVAL, "changing the cgroup %s: \"%s\" is no name",
			folder->path, name);
		return false;
	}
	if (strlen(folder->root->path) + strlen(folder->path) + strlen(name) + 2 < PATH_MAX)
		return true;
	lx_error_set(error, ENAMETOOLONG, "making a cgroup in %s: its path would be too long",
		folder->path);
	return false;
}

/* The mask was applied where the name was given; threads share ours unless they do this. */
static void mask_nothing(void)
{
	if (unshare(CLONE_FS) == 0)
		umask(0);
}

static bool fail(const char *deed, const LxPlaceInView *folder, const char *name, GError **error)
{
	lx_error_set_errno(error, errno == ENODEV ? ENOENT : errno, "%s %s in the cgroup %s", deed,
		name, folder->path);
	return false;
}

bool lx_view_mkdir(
	const LxViewCaller *caller, LxNode parent, const char *name, mode_t mode, GError **error)
{
	g_auto(LxAsker) asker = {0};
	g_auto(LxPlaceInView) folder = LX_PLACE_IN_VIEW_NONE;
	g_auto(LxActing) acting = false;

	if (!lx_asker_init(&asker, caller, error) || !find_folder(&asker, parent, &folder, error) ||
		!may_be_called(&folder, name, error))
		return false;
	mask_nothing();
	if (!lx_asker_act(&asker, &folder.status, &acting, error))
		return false;
	return mkdirat(folder.fd, name, mode & 0777) == 0 || fail("making", &folder, name, error);
}

bool lx_view_rmdir(const LxViewCaller *caller, LxNode parent, const char *name, GError **error)
{
	g_auto(LxAsker) asker = {0};
	g_auto(LxPlaceInView) folder = LX_PLACE_IN_VIEW_NONE;
	g_auto(LxActing) acting = false;

	if (!lx_asker_init(&asker, caller, error) || !find_folder(&asker, parent, &folder, error) ||
		!may_be_called(&folder, name, error) ||
		!lx_asker_act(&asker, &folder.status, &acting, error))
		return false;
	return unlinkat(folder.fd, name, AT_REMOVEDIR) == 0 ||
	       fail("removing", &folder, name, error);
}

bool lx_view_refuse(const LxViewCaller *caller, LxNode parent, const char *name, GError **error)
{
	g_auto(LxAsker) asker = {0};
	g_auto(LxPlaceInView) folder = LX_PLACE_IN_VIEW_NONE;

	if (!lx_asker_init(&asker, caller, error) || !find_folder(&asker, parent, &folder, error))
		return false;
	lx_error_set(error, EPERM, "making or removing %s in the cgroup %s: it would be no cgroup",
		name, folder.path);
	return false;
}

/* v1 alone has it, and within one folder; the kernel says so. */
bool lx_view_rename(
	const LxViewCaller *caller, const LxViewName *from, const LxViewName *to, GError **error)
{
	g_auto(LxAsker) asker = {0};
	g_auto(LxPlaceInView) old = LX_PLACE_IN_VIEW_NONE, new = LX_PLACE_IN_VIEW_NONE;
	g_auto(LxActing) acting = false;

	if (!lx_asker_init(&asker, caller, error) ||
		!find_folder(&asker, from->parent, &old, error) ||
		!find_folder(&asker, to->parent, &new, error) ||
		!may_be_called(&old, from->name, error) || !may_be_called(&new, to->name, error) ||
		!lx_asker_act(&asker, &old.status, &acting, error))
		return false;
	return renameat(old.fd, from->name, new.fd, to->name) == 0 ||
	       fail("renaming", &old, from->name, error);
}

/* ---- Owners and modes -------------------------------------------------------------------- */

/* truncate(2) does nothing to a cgroup file, and is a writer's right. */
static bool truncate_nothing(const LxPlaceInView *place)
{
	LxViewLink link;
	g_auto(LxFd) fd = -1;

	lx_view_link(place->fd, &link);
	fd = open(link.path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	return fd >= 0;
}

static bool change(const LxPlaceInView *place, const LxViewChange *wanted)
{
	LxViewLink link;

	lx_view_link(place->fd, &link);
	if (wanted->size && !truncate_nothing(place))
		return false;
	if ((wanted->uid || wanted->gid) &&
		fchownat(place->fd, "", wanted->uid ? wanted->new_uid : (uid_t)-1,
			wanted->gid ? wanted->new_gid : (gid_t)-1, AT_EMPTY_PATH) < 0)
		return false;
	if (wanted->mode && chmod(link.path, wanted->new_mode & 0777) < 0)
		return false;
	return !wanted->times || utimensat(AT_FDCWD, link.path, wanted->new_times, 0) == 0;
}

/* The topmost cgroup was given to the container as it is: who else may write to it, the host says.
 */
static bool may_change(const LxPlaceInView *place, const LxViewChange *wanted)
{
	if (place->standing != LX_STANDING_OWN)
		return false;
	return !place->at_top || !(wanted->mode || wanted->uid || wanted->gid);
}

bool lx_view_change(
	const LxViewCaller *caller, LxNode node, const LxViewChange *wanted, GError **error)
{
	g_auto(LxAsker) asker = {0};
	g_auto(LxPlaceInView) place = LX_PLACE_IN_VIEW_NONE;
	g_auto(LxActing) acting = false;

	if (!lx_asker_init(&asker, caller, error) ||
		!lx_place_in_view_find(&asker, node, &place, error))
		return false;
	if (!may_change(&place, wanted)) {
		lx_error_set(error, EPERM,
			"changing owner or mode of the cgroup's %s: it is the host's", place.path);
		return false;
	}
	if (!lx_asker_act(&asker, &place.status, &acting, error))
		return false;
	if (change(&place, wanted))
		return true;
	lx_error_set_errno(error, errno, "changing owner or mode of the cgroup's %s", place.path);
	return false;
}
