/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pid files in the runtime folder.
 *
 * The lock belongs to the open file description (F_OFD_SETLK in fcntl(2)): the worker inherits it
 * and hands it on when it becomes the supervisor, a reload hands it to the new program, and at no
 * moment in between can another lxfs start with the same folder.
 */
#include "serve/pidfile.h"

#include "fd.h"
#include "runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

static pid_t read_pid(int fd)
{
	char text[32];
	ssize_t got = pread(fd, text, sizeof text - 1, 0);

	text[MAX(got, 0)] = '\0';
	return (pid_t)g_ascii_strtoll(text, NULL, 10);
}

bool lx_pidfile_lock(const char *runtime_dir, const char *name, int *out, GError **error)
{
	g_autofree char *path = g_build_filename(runtime_dir, name, NULL);
	g_auto(LxFd) fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (fd < 0) {
		lx_error_set_errno(error, errno, "opening %s", path);
		return false;
	}
	if (fcntl(fd, F_OFD_SETLK, &lock) < 0) {
		lx_error_set(error, EBUSY,
			"starting: another lxfs (process %d) serves with the runtime folder %s; "
			"stop it first, or choose another --runtime-dir",
			(int)read_pid(fd), runtime_dir);
		return false;
	}
	*out = lx_fd_steal(&fd);
	return true;
}

void lx_pidfile_claim(int lock)
{
	g_autofree char *text = g_strdup_printf("%d\n", (int)getpid());

	if (pwrite(lock, text, strlen(text), 0) < 0 || ftruncate(lock, (off_t)strlen(text)) < 0)
		g_info("writing the pid file: %s, ignoring", g_strerror(errno));
}

void lx_pidfile_write(const char *runtime_dir, const char *name, pid_t pid)
{
	g_autofree char *text = g_strdup_printf("%d\n", (int)pid);

	lx_runtime_write(runtime_dir, name, text);
}

pid_t lx_pidfile_holder(const char *runtime_dir, const char *name)
{
	g_autofree char *path = g_build_filename(runtime_dir, name, NULL);
	g_auto(LxFd) fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (fd < 0 || fcntl(fd, F_OFD_GETLK, &lock) < 0 || lock.l_type == F_UNLCK)
		return 0;
	return read_pid(fd);
}
