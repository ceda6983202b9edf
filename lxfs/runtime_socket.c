/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Unix sockets in the runtime folder, for root alone. */
#include "runtime_socket.h"

#include "fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

/* By the folder's descriptor: a socket's own path may be no longer than 107 bytes. */
static struct sockaddr_un address_in(int folder, const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	g_snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", folder, name);
	return address;
}

static int open_folder(const char *runtime_dir, GError **error)
{
	int folder = open(runtime_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (folder < 0)
		lx_error_set_errno(error, errno, "opening %s", runtime_dir);
	return folder;
}

int lx_runtime_socket_listen(
	const char *runtime_dir, const char *name, int type, int backlog, GError **error)
{
	g_auto(LxFd) folder = open_folder(runtime_dir, error);
	g_auto(LxFd) fd = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct sockaddr_un address = address_in(folder, name);

	if (folder < 0)
		return -1;
	unlinkat(folder, name, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
		fchmodat(folder, name, 0600, 0) < 0 || listen(fd, backlog) < 0) {
		lx_error_set_errno(error, errno, "listening at %s/%s", runtime_dir, name);
		return -1;
	}
	return lx_fd_steal(&fd);
}

int lx_runtime_socket_connect(const char *runtime_dir, const char *name, int type, GError **error)
{
	g_auto(LxFd) folder = open_folder(runtime_dir, error);
	g_auto(LxFd) fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	struct sockaddr_un address = address_in(folder, name);

	if (folder < 0)
		return -1;
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
		lx_error_set_errno(error, errno, "asking at %s/%s", runtime_dir, name);
		return -1;
	}
	return lx_fd_steal(&fd);
}
