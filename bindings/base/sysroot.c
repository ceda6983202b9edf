/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The only door to kernel files: a folder under which proc/, sys/ and the cgroup mounts lie. */
#include "base/sysroot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

struct LxSysroot {
	LxFd folder;
	bool live;
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DIR, closedir)

/* Relative to the folder: a leading '/' would leave it. */
static const char *inside(const char *path)
{
	while (*path == '/')
		path++;
	return *path ? path : ".";
}

LxSysroot *lx_sysroot_new(const char *folder, GError **error)
{
	g_auto(LxFd) fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	LxSysroot *root;

	if (fd < 0) {
		lx_error_set_errno(error, errno, "opening the system root %s", folder);
		return NULL;
	}
	root = g_new0(LxSysroot, 1);
	root->folder = lx_fd_steal(&fd);
	root->live = strcmp(folder, "/") == 0;
	return root;
}

void lx_sysroot_free(LxSysroot *root)
{
	if (!root)
		return;
	lx_fd_clear(&root->folder);
	g_free(root);
}

bool lx_sysroot_is_live(const LxSysroot *root)
{
	return root->live;
}

int lx_sysroot_open(const LxSysroot *root, const char *path, int flags, GError **error)
{
	int fd = openat(root->folder, inside(path), flags | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		lx_error_set_errno(error, errno, "opening /%s", inside(path));
	return fd;
}

bool lx_sysroot_read(const LxSysroot *root, const char *path, LxText *out, GError **error)
{
	g_auto(LxFd) fd = lx_sysroot_open(root, path, O_RDONLY, error);

	return fd >= 0 && lx_fd_read(fd, LX_SYSROOT_MAX_BYTES, path, out, error);
}

char *lx_sysroot_readlink(const LxSysroot *root, const char *path, GError **error)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(root->folder, inside(path), target, sizeof target - 1);

	if (length < 0) {
		lx_error_set_errno(error, errno, "reading the link /%s", inside(path));
		return NULL;
	}
	return g_strndup(target, (size_t)length);
}

static int by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char **lx_sysroot_list(const LxSysroot *root, const char *path, GError **error)
{
	int fd = lx_sysroot_open(root, path, O_RDONLY | O_DIRECTORY, error);
	g_autoptr(DIR) folder = NULL;
	g_autoptr(GPtrArray) names = NULL;
	struct dirent *entry;

	if (fd < 0)
		return NULL;
	folder = fdopendir(fd);
	if (!folder) {
		lx_error_set_errno(error, errno, "listing /%s", inside(path));
		close(fd);
		return NULL;
	}
	names = g_ptr_array_new_with_free_func(g_free);
	while ((entry = readdir(folder)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			g_ptr_array_add(names, g_strdup(entry->d_name));
	g_ptr_array_sort(names, by_name);
	g_ptr_array_add(names, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}

bool lx_sysroot_exists(const LxSysroot *root, const char *path)
{
	return faccessat(root->folder, inside(path), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

bool lx_sysroot_stat(
	const LxSysroot *root, const char *path, bool follow, struct stat *out, GError **error)
{
	struct stat status;

	if (fstatat(root->folder, inside(path), &status, follow ? 0 : AT_SYMLINK_NOFOLLOW) < 0) {
		lx_error_set_errno(error, errno, "looking at /%s", inside(path));
		return false;
	}
	*out = status;
	return true;
}
