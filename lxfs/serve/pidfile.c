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
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

/* One after the other that end while we begin. */
#define REMOVALS_MAX 1000
#define LOOK_AGAIN_USEC 10000
#define LOOKS_MAX 500

static pid_t read_pid(int fd)
{
	char text[32];
	ssize_t got = pread(fd, text, sizeof text - 1, 0);

	text[MAX(got, 0)] = '\0';
	return (pid_t)g_ascii_strtoll(text, NULL, 10);
}

static bool has_died(pid_t pid)
{
	return pid > 0 && kill(pid, 0) < 0 && errno == ESRCH;
}

/*
 * A child of whoever has died holds the lock, too, until it executes another program, and so does a
 * worker that is about to take the place of its supervisor: soon it is free, or names who lives.
 */
static bool lock(int fd)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	for (int n = 0; fcntl(fd, F_OFD_SETLK, &whole) < 0; n++) {
		if (n == LOOKS_MAX || !has_died(read_pid(fd)))
			return false;
		g_usleep(LOOK_AGAIN_USEC);
	}
	return true;
}

/* -1: it cannot be opened, or is somebody else's. */
static int open_locked(const char *runtime_dir, const char *path, GError **error)
{
	g_auto(LxFd) fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);

	if (fd < 0) {
		lx_error_set_errno(error, errno, "opening %s", path);
		return -1;
	}
	if (!lock(fd)) {
		lx_error_set(error, EBUSY,
			"starting: another lxfs (process %d) serves with the runtime folder %s; "
			"stop it first, or choose another --runtime-dir",
			(int)read_pid(fd), runtime_dir);
		return -1;
	}
	return lx_fd_steal(&fd);
}

static bool lies_at(int fd, const char *path)
{
	struct stat locked, found;

	return fstat(fd, &locked) == 0 && lstat(path, &found) == 0 &&
	       locked.st_dev == found.st_dev && locked.st_ino == found.st_ino;
}

/*
 * Whoever held it may have removed it and let go between our two steps: then the next one would
 * make and lock another file. Only its holder removes it, so that one which lies there now stays.
 */
bool lx_pidfile_lock(const char *runtime_dir, const char *name, int *out, GError **error)
{
	g_autofree char *path = g_build_filename(runtime_dir, name, NULL);
	g_auto(LxFd) fd = open_locked(runtime_dir, path, error);

	for (int n = 0; fd >= 0 && n < REMOVALS_MAX && !lies_at(fd, path); n++) {
		lx_fd_clear(&fd);
		fd = open_locked(runtime_dir, path, error);
	}
	if (fd < 0)
		return false;
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
