/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pid files in the runtime folder; the supervisor's is locked as long as it lives. */
#include "serve/pidfile.h"

#include "fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

/*
 * A POSIX record lock belongs to the process: it outlasts exec, which a reload needs, and is not
 * inherited by the worker.
 */
bool lx_pidfile_lock(const char *runtime_dir, const char *name, int *out, GError **error)
{
	g_autofree char *path = g_build_filename(runtime_dir, name, NULL);
	g_auto(LxFd) fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (fd < 0) {
		lx_error_set_errno(error, errno, "opening %s", path);
		return false;
	}
	if (fcntl(fd, F_SETLK, &lock) < 0) {
		fcntl(fd, F_GETLK, &lock);
		lx_error_set(error, EBUSY,
			"starting: another lxfs (process %d) serves with the runtime folder %s; "
			"stop it "
			"first, or choose another --runtime-dir",
			(int)lock.l_pid, runtime_dir);
		return false;
	}
	if (ftruncate(fd, 0) < 0 || dprintf(fd, "%d\n", (int)getpid()) < 0) {
		lx_error_set_errno(error, errno, "writing %s", path);
		return false;
	}
	*out = lx_fd_steal(&fd);
	return true;
}

/* A new file is moved over the old one: a reader never sees half a number. */
void lx_pidfile_write(const char *runtime_dir, const char *name, pid_t pid)
{
	g_autofree char *path = g_build_filename(runtime_dir, name, NULL);
	g_autofree char *text = g_strdup_printf("%d\n", (int)pid);

	if (!g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0644, NULL))
		g_info("writing %s failed, ignoring", path);
}

void lx_pidfile_remove(const char *runtime_dir, const char *name)
{
	g_autofree char *path = g_build_filename(runtime_dir, name, NULL);

	unlink(path);
}

pid_t lx_pidfile_read(const char *runtime_dir, const char *name)
{
	g_autofree char *path = g_build_filename(runtime_dir, name, NULL);
	g_autofree char *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return 0;
	return (pid_t)g_ascii_strtoll(text, NULL, 10);
}
