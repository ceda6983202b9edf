/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What must be so before `lxfs serve` can begin; each refusal is one line that says what to do. */
#include "serve/preflight.h"

#include "child.h"
#include "mounts/mountinfo.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <linux/magic.h>

#ifndef FUSE_SUPER_MAGIC
#define FUSE_SUPER_MAGIC 0x65735546
#endif

#define PROBE_MSEC 3000

static bool check_rights(GError **error)
{
	if (geteuid() == 0)
		return true;
	lx_error_set(error, EPERM, "starting: lxfs must be root to mount; run it with sudo");
	return false;
}

static bool check_device(GError **error)
{
	if (access("/dev/fuse", R_OK | W_OK) == 0)
		return true;
	lx_error_set_errno(error, errno,
		"opening /dev/fuse (load the kernel module with `modprobe fuse`, or give the "
		"container "
		"that lxfs runs in the device)");
	return false;
}

/* A mount point that has died is there (EEXIST), but nothing can be learned of it. */
static bool make_folder(const char *folder, GError **error)
{
	if (mkdir(folder, 0755) == 0 || errno == EEXIST || g_mkdir_with_parents(folder, 0755) == 0)
		return true;
	lx_error_set_errno(error, errno, "making the folder %s", folder);
	return false;
}

typedef enum { POINT_FREE, POINT_DEAD, POINT_TAKEN, POINT_SILENT, POINT_UNSEEN } PointState;

/* Runs in a child: a mount whose server hangs would hang us too. */
static int probe(gpointer folder)
{
	struct statfs status;
	struct stat looked;

	lx_child_let_go();
	if (stat(folder, &looked) < 0 || statfs(folder, &status) < 0)
		return errno == ENOTCONN ? POINT_DEAD : POINT_FREE;
	return status.f_type == FUSE_SUPER_MAGIC ? POINT_TAKEN : POINT_FREE;
}

static PointState look_at(const char *folder)
{
	int state = lx_child_run(probe, (gpointer)folder, PROBE_MSEC);

	switch (state) {
	case LX_CHILD_NONE:
		return POINT_UNSEEN;
	case LX_CHILD_FAILED:
	case LX_CHILD_HUNG:
		return POINT_SILENT;
	default:
		return (PointState)state;
	}
}

/* Below a FUSE mount of somebody else's a folder is FUSE too: only a mount point counts. */
static bool is_mount_point(const char *folder)
{
	g_autofree char *parent = g_path_get_dirname(folder);
	struct stat here, above;

	return stat(folder, &here) < 0 || stat(parent, &above) < 0 || here.st_dev != above.st_dev;
}

static bool is_lxcfs(const char *folder)
{
	g_autoptr(LxMountinfo) own = lx_mountinfo_read(getpid(), NULL);
	const LxMount *top = own ? lx_mountinfo_top(own, folder) : NULL;

	return top && strcmp(top->fstype, "fuse.lxcfs") == 0;
}

static void set_taken(const char *folder, GError **error)
{
	if (is_lxcfs(folder))
		lx_error_set(error, EBUSY,
			"mounting at %s: LXCFS serves there; stop it (`systemctl disable --now "
			"lxcfs`), or choose another --mountpoint",
			folder);
	else
		lx_error_set(error, EBUSY,
			"mounting at %s: a FUSE file system of another process is there; stop it, "
			"unmount it (`umount %s`), or choose another --mountpoint",
			folder, folder);
}

static bool check_mountpoint(const char *folder, GError **error)
{
	for (int tries = 0; tries < 16; tries++) {
		PointState state = look_at(folder);

		if (state == POINT_FREE || (state == POINT_TAKEN && !is_mount_point(folder)))
			return true;
		if (state == POINT_UNSEEN) {
			lx_error_set_errno(error, errno,
				"mounting at %s: starting a child to look at it", folder);
			return false;
		}
		if (state != POINT_DEAD) {
			set_taken(folder, error);
			return false;
		}
		g_message("a dead mount lies at %s: replacing it", folder);
		umount2(folder, MNT_DETACH | UMOUNT_NOFOLLOW);
	}
	lx_error_set(error, EBUSY, "mounting at %s: dead mounts cannot be taken away", folder);
	return false;
}

bool lx_preflight_check(const LxProgramSettings *settings, GError **error)
{
	return check_rights(error) && check_device(error) &&
	       make_folder(settings->runtime_dir, error) &&
	       make_folder(settings->mountpoint, error) &&
	       check_mountpoint(settings->mountpoint, error);
}
