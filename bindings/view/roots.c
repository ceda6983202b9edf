/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The roots of the hierarchies, and the way from a number of kernfs to a folder or file.
 *
 * kernfs has handles of eight bytes: since Linux 5.5 the number that stat(2) gives as the inode
 * (FILEID_KERNFS), before that inode and generation (FILEID_INO32_GEN). Either is our number. A
 * removed cgroup answers ESTALE, and its number is not given to another.
 *
 * A captured host is a folder of some other file system, whose handles nobody may open: there the
 * tree is searched.
 *
 * So it is, too, for a file whose name the kernel has thrown away for want of memory: from a handle
 * it makes folders anew with all that is above them, but a file without any name
 * (exportfs_decode_fh in fs/exportfs/expfs.c), so that it cannot say where that lies.
 */
#include "view/roots.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#define NUMBER_BYTES sizeof(uint64_t)
#define FILEID_KERNFS 0xfe
#define NO_HANDLES (-1)
#define SEARCH_DEPTH_MAX 16

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DIR, closedir)

typedef union {
	struct file_handle handle;
	char room[sizeof(struct file_handle) + NUMBER_BYTES];
} Handle;

static bool handle_of(int fd, Handle *out)
{
	int mount;

	out->handle.handle_bytes = NUMBER_BYTES;
	return name_to_handle_at(fd, "", &out->handle, &mount, AT_EMPTY_PATH) == 0 &&
	       out->handle.handle_bytes == NUMBER_BYTES;
}

static char *path_of(int fd)
{
	char link[sizeof "/proc/self/fd/-2147483648"], path[PATH_MAX];
	ssize_t length;

	g_snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof path);
	if (length == sizeof path) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	return length < 0 ? NULL : g_strndup(path, (size_t)length);
}

/* Whoever lacks CAP_DAC_READ_SEARCH learns it here. */
static bool learn_handles(LxRoot *root, GError **error)
{
	Handle handle;
	g_auto(LxFd) again = -1;

	if (handle_of(root->fd, &handle)) {
		root->handle_type = handle.handle.handle_type;
		again = open_by_handle_at(root->fd, &handle.handle, O_PATH | O_CLOEXEC);
	}
	if (again < 0)
		lx_error_set_errno(error, errno, "opening %s by its handle", root->path);
	return again >= 0;
}

static bool open_root(
	LxRoot *out, const LxSysroot *system, const LxHierarchy *hierarchy, GError **error)
{
	out->v2 = hierarchy->v2;
	out->fd = lx_sysroot_open(system, hierarchy->mount, O_RDONLY | O_DIRECTORY, error);
	if (out->fd < 0)
		return false;
	out->path = path_of(out->fd);
	out->name = g_path_get_basename(hierarchy->mount);
	out->handle_type = NO_HANDLES;
	if (!out->path) {
		lx_error_set_errno(error, errno, "finding the path of /%s", hierarchy->mount);
		return false;
	}
	return !lx_sysroot_is_live(system) || learn_handles(out, error);
}

bool lx_roots_init(LxRoots *roots, const LxSysroot *root, const LxLayout *layout, GError **error)
{
	for (unsigned i = 0; i < layout->n_hierarchies; i++) {
		roots->roots[i].fd = -1;
		roots->n_roots = i + 1;
		if (!open_root(&roots->roots[i], root, &layout->hierarchies[i], error))
			return false;
	}
	return true;
}

void lx_roots_clear(LxRoots *roots)
{
	for (unsigned i = 0; i < roots->n_roots; i++) {
		lx_fd_clear(&roots->roots[i].fd);
		g_clear_pointer(&roots->roots[i].path, g_free);
		g_clear_pointer(&roots->roots[i].name, g_free);
	}
	roots->n_roots = 0;
}

bool lx_roots_are_one(const LxRoots *roots)
{
	return roots->n_roots == 1 && roots->roots[0].v2;
}

/* ---- From a number ----------------------------------------------------------------------- */

static int open_handle(const LxRoot *root, uint64_t id)
{
	Handle handle = {.handle = {.handle_bytes = NUMBER_BYTES}};

	handle.handle.handle_type = root->handle_type;
	memcpy(handle.handle.f_handle, &id, NUMBER_BYTES);
	return open_by_handle_at(root->fd, &handle.handle, O_PATH | O_CLOEXEC);
}

/* Other file systems have larger numbers; a captured host makes do with their lower part. */
static uint64_t captured_number(const struct stat *status)
{
	return status->st_ino & ((UINT64_C(1) << 48) - 1);
}

static bool has_number(int fd, uint64_t id)
{
	struct stat status;

	return fstat(fd, &status) == 0 && captured_number(&status) == id;
}

/* Takes the folder over. */
static int search(int folder, uint64_t id, unsigned depth)
{
	DIR *entries;
	const struct dirent *entry;
	int found = -1;

	if (has_number(folder, id))
		return folder;
	entries = depth < SEARCH_DEPTH_MAX ? fdopendir(folder) : NULL;
	if (!entries) {
		close(folder);
		return -1;
	}
	while (found < 0 && (entry = readdir(entries))) {
		bool is_folder = entry->d_type == DT_DIR;
		int fd =
			entry->d_name[0] == '.'
				? -1
				: openat(folder, entry->d_name,
					  (is_folder ? O_RDONLY : O_PATH) | O_NOFOLLOW | O_CLOEXEC);

		found = fd < 0 ? -1 : search(fd, id, is_folder ? depth + 1 : SEARCH_DEPTH_MAX);
	}
	closedir(entries);
	return found;
}

int lx_root_open(const LxRoot *root, uint64_t id, GError **error)
{
	int fd;

	if (root->handle_type == NO_HANDLES)
		fd = search(openat(root->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), id, 0);
	else
		fd = open_handle(root, id);
	if (fd < 0)
		lx_error_set(error, errno == ESTALE || errno == EBADF ? ENOENT : errno,
			"opening number %" G_GUINT64_FORMAT " of the cgroups at %s: %s", id,
			root->path, g_strerror(errno));
	return fd;
}

/* ---- By looking -------------------------------------------------------------------------- */

typedef struct {
	const LxRoot *root;
	uint64_t id;
	GQueue folders; /* paths that are to be looked through */
	LxFd found;
	char *path;
} Search;

static void search_clear(Search *search)
{
	g_queue_clear_full(&search->folders, g_free);
	lx_fd_clear(&search->found);
	g_clear_pointer(&search->path, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Search, search_clear)

static int open_below(const LxRoot *root, const char *path, int flags)
{
	return openat(root->fd, path[0] == '/' ? path + 1 : ".", flags | O_NOFOLLOW | O_CLOEXEC);
}

/* The number that a list says is the whole one or, before Linux 5.5, its lower half. */
static bool is_it(Search *search, const char *path, ino_t listed)
{
	g_auto(LxFd) fd = -1;
	struct stat status;
	uint64_t id;

	if ((uint32_t)listed != (uint32_t)search->id)
		return false;
	fd = open_below(search->root, path, O_PATH);
	if (fd < 0 || fstat(fd, &status) < 0 ||
		!lx_root_number(search->root, fd, &status, &id, NULL) || id != search->id)
		return false;
	search->found = lx_fd_steal(&fd);
	return true;
}

static void look_through(Search *search, const char *folder)
{
	int fd = open_below(search->root, folder, O_RDONLY | O_DIRECTORY);
	g_autoptr(DIR) entries = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	while (entries && search->found < 0 && (entry = readdir(entries))) {
		g_autofree char *path = g_strconcat(folder, "/", entry->d_name, NULL);

		if (entry->d_name[0] == '.' &&
			(entry->d_name[1] == '\0' || strcmp(entry->d_name, "..") == 0))
			continue;
		if (is_it(search, path, entry->d_ino))
			search->path = g_steal_pointer(&path);
		else if (entry->d_type == DT_DIR)
			g_queue_push_tail(&search->folders, g_steal_pointer(&path));
	}
}

int lx_root_search(
	const LxRoot *root, const char *top, uint64_t id, char **out_path, GError **error)
{
	g_auto(Search) search = {.root = root, .id = id, .folders = G_QUEUE_INIT, .found = -1};

	g_queue_push_tail(&search.folders, g_strdup(top));
	while (search.found < 0 && !g_queue_is_empty(&search.folders)) {
		g_autofree char *folder = g_queue_pop_head(&search.folders);

		look_through(&search, folder);
	}
	if (search.found < 0)
		lx_error_set(error, ENOENT,
			"looking for number %" G_GUINT64_FORMAT " in the cgroup %s: there is none",
			id, top);
	else
		*out_path = g_steal_pointer(&search.path);
	return lx_fd_steal(&search.found);
}

/* ---- To a number, to a path -------------------------------------------------------------- */

bool lx_root_leads_to(const LxRoot *root, const char *path, ino_t inode, struct stat *status)
{
	const char *below = path[0] == '/' ? path + 1 : ".";

	return fstatat(root->fd, below, status, AT_SYMLINK_NOFOLLOW) == 0 &&
	       status->st_ino == inode;
}

bool lx_root_numbers_by_status(const LxRoot *root)
{
	return root->handle_type == FILEID_KERNFS || root->handle_type == NO_HANDLES;
}

bool lx_root_number(
	const LxRoot *root, int fd, const struct stat *status, uint64_t *out, GError **error)
{
	Handle handle;

	if (lx_root_numbers_by_status(root)) {
		*out = root->handle_type == NO_HANDLES ? captured_number(status) : status->st_ino;
		return true;
	}
	if (handle_of(fd, &handle)) {
		memcpy(out, handle.handle.f_handle, NUMBER_BYTES);
		return true;
	}
	lx_error_set_errno(error, errno, "asking for a number of the cgroups at %s", root->path);
	return false;
}

char *lx_root_path(const LxRoot *root, int fd, GError **error)
{
	g_autofree char *path = path_of(fd);
	size_t length = strlen(root->path);

	if (!path) {
		lx_error_set_errno(error, errno, "finding the path of a cgroup at %s", root->path);
		return NULL;
	}
	if (strncmp(path, root->path, length) == 0 && (path[length] == '\0' || path[length] == '/'))
		return g_strdup(path + length);
	lx_error_set(error, ENOENT, "finding the path of a cgroup: %s is not below %s", path,
		root->path);
	return NULL;
}
