/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A FUSE connection as the supervisor sees it: descriptor, mount, FUSE_INIT. */
#include "serve/connection.h"

#include "fd.h"
#include "mounts/served.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <sys/mount.h>

static const struct {
	const char *folder;
	LxNode root;
	const char *source;
	bool checked; /* the kernel checks permissions itself, by mode and owner, as on procfs */
} connections[LX_N_CONNECTIONS] = {
	[LX_CONNECTION_VIEWS] = {"", LX_NODE_ROOT, LX_SOURCE_VIEWS, true},
	[LX_CONNECTION_PRESSURE] = {"proc/pressure", LX_NODE_PRESSURE, LX_SOURCE_PRESSURE, true},
	[LX_CONNECTION_CGROUP] = {"cgroup", LX_VIEW_ROOT, LX_SOURCE_CGROUP, false},
};

const char *lx_connection_folder(LxConnectionKind kind)
{
	return connections[kind].folder;
}

static bool set_option(int context, const char *key, const char *value)
{
	return fsconfig(context, value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG, key, value, 0) ==
	       0;
}

static int make_mount(int fuse_fd, LxConnectionKind kind, GError **error)
{
	const char *source = connections[kind].source;
	g_auto(LxFd) context = fsopen("fuse", FSOPEN_CLOEXEC);
	g_autofree char *fd_option = g_strdup_printf("%d", fuse_fd);
	int mount;

	if (context < 0) {
		lx_error_set_errno(error, errno, "asking the kernel for FUSE");
		return -1;
	}
	if (!set_option(context, "source", source) || !set_option(context, "subtype", "lxfs") ||
		!set_option(context, "fd", fd_option) ||
		!set_option(context, "rootmode", "40000") || !set_option(context, "user_id", "0") ||
		!set_option(context, "group_id", "0") ||
		!set_option(context, "allow_other", NULL) ||
		(connections[kind].checked && !set_option(context, "default_permissions", NULL)) ||
		fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0) {
		lx_error_set_errno(error, errno, "making a FUSE file system");
		return -1;
	}
	mount = fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
	if (mount < 0)
		lx_error_set_errno(error, errno, "making a FUSE mount");
	return mount;
}

/*
 * libfuse lets a READ be no larger than a WRITE, one page for us; where the kernel is not told any
 * number of pages it takes 32. A text of several pages, or one that is read into a buffer which
 * begins in the middle of a page, is then still asked for at once.
 */
static void forget_max_pages(LxEstateConnection *connection)
{
	struct fuse_init_in *init = (void *)(connection->init + sizeof(struct fuse_in_header));

	init->flags &= ~(uint32_t)FUSE_MAX_PAGES;
}

static bool take_init(int fuse_fd, LxEstateConnection *connection, GError **error)
{
	_Alignas(8) char request[LX_SLOT_REQUEST_BYTES];
	const struct fuse_in_header *header = (const void *)request;
	ssize_t got = read(fuse_fd, request, sizeof request);

	if (got < (ssize_t)sizeof *header || header->opcode != FUSE_INIT ||
		got > LX_INIT_MAX_BYTES) {
		lx_error_set_errno(
			error, got < 0 ? errno : EPROTO, "taking FUSE_INIT from the kernel");
		return false;
	}
	memcpy(connection->init, request, (size_t)got);
	connection->init_bytes = (uint32_t)got;
	forget_max_pages(connection);
	return true;
}

bool lx_connection_new(LxEstate *estate, LxConnectionKind kind, int *out_mount, GError **error)
{
	LxEstateConnection *connection = &estate->header->connections[kind];
	g_auto(LxFd) fuse_fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	g_auto(LxFd) mount = -1;

	if (fuse_fd < 0) {
		lx_error_set_errno(error, errno, "opening /dev/fuse");
		return false;
	}
	mount = make_mount(fuse_fd, kind, error);
	if (mount < 0 || !take_init(fuse_fd, connection, error))
		return false;
	connection->root = connections[kind].root;
	estate->connection_fds[kind] = lx_fd_steal(&fuse_fd);
	*out_mount = lx_fd_steal(&mount);
	return true;
}

bool lx_connection_attach(int mount, const char *folder, GError **error)
{
	if (move_mount(mount, "", AT_FDCWD, folder, MOVE_MOUNT_F_EMPTY_PATH) == 0)
		return true;
	lx_error_set_errno(error, errno, "mounting at %s", folder);
	return false;
}

/*
 * A lazy unmount takes the mounts inside along. The path ends at the mount point, so that nothing
 * in the views is looked up: there may be no worker to answer.
 */
void lx_connection_unmount(const char *mountpoint)
{
	umount2(mountpoint, MNT_DETACH | UMOUNT_NOFOLLOW);
}
