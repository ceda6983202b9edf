/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A copy of a mount that is attached nowhere yet. */
#include "mounts/clone.h"

#include "fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#define ALL_ATTRIBUTES \
	(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC | \
		MOUNT_ATTR_NODIRATIME | MOUNT_ATTR_NOSYMFOLLOW)

static int copy(const LxCloneRequest *request)
{
	unsigned recursive = request->recursive ? AT_RECURSIVE : 0;

	return open_tree(
		AT_FDCWD, request->source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | recursive);
}

static bool change(int mount_fd, const LxCloneRequest *request)
{
	struct mount_attr wanted = {
		.attr_set = request->attributes,
		.attr_clr = ALL_ATTRIBUTES & ~request->attributes,
		.propagation = request->propagation,
	};

	return mount_setattr(mount_fd, "", AT_EMPTY_PATH | (request->recursive ? AT_RECURSIVE : 0),
		       &wanted, sizeof wanted) == 0;
}

/* ---- Before Linux 5.12 ------------------------------------------------------------------- */

static unsigned long mount_flags(uint64_t attributes)
{
	return (attributes & MOUNT_ATTR_RDONLY ? MS_RDONLY : 0) |
	       (attributes & MOUNT_ATTR_NOSUID ? MS_NOSUID : 0) |
	       (attributes & MOUNT_ATTR_NODEV ? MS_NODEV : 0) |
	       (attributes & MOUNT_ATTR_NOEXEC ? MS_NOEXEC : 0) |
	       (attributes & MOUNT_ATTR_NODIRATIME ? MS_NODIRATIME : 0) |
	       (attributes & MOUNT_ATTR_NOSYMFOLLOW ? MS_NOSYMFOLLOW : 0);
}

static int make_stage(char *path, bool folder)
{
	g_auto(LxFd) fd = -1;

	if (folder)
		return g_mkdtemp(path) ? 0 : -1;
	fd = g_mkstemp(path);
	return fd < 0 ? -1 : 0;
}

/*
 * Without mount_setattr(2) only a mount that is attached somewhere can be changed: so it is
 * attached in a place where nobody looks, changed, and copied from there.
 */
static int copy_by_stage(const LxCloneRequest *request)
{
	g_autofree char *stage = g_strdup("/run/lxfs-stage-XXXXXX");
	bool folder = g_file_test(request->source, G_FILE_TEST_IS_DIR);
	unsigned long recursive = request->recursive ? MS_REC : 0;
	LxCloneRequest staged = *request;
	int fd = -1;

	if (make_stage(stage, folder) < 0)
		return -1;
	staged.source = stage;
	if (mount(request->source, stage, NULL, MS_BIND | recursive, NULL) == 0) {
		if (mount(NULL, stage, NULL, request->propagation | recursive, NULL) == 0 &&
			mount(NULL, stage, NULL,
				MS_REMOUNT | MS_BIND | mount_flags(request->attributes), NULL) == 0)
			fd = copy(&staged);
		umount2(stage, MNT_DETACH | UMOUNT_NOFOLLOW);
	}
	if (folder)
		rmdir(stage);
	else
		unlink(stage);
	return fd;
}

int lx_clone_open(const LxCloneRequest *request, GError **error)
{
	g_auto(LxFd) fd = copy(request);

	if (fd >= 0 && !change(fd, request)) {
		lx_fd_clear(&fd);
		if (errno == ENOSYS)
			fd = copy_by_stage(request);
	}
	if (fd < 0)
		lx_error_set_errno(error, errno, "copying the mount of %s", request->source);
	return lx_fd_steal(&fd);
}
