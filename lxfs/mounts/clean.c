/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A clean procfs and sysfs for a container. */
#include "mounts/clean.h"

#include "mounts/place.h"
#include "path.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#define SOURCE "lxfs-clean"
#define PLACE "proc/tty/ldisc"

/* ---- Is one needed? ---------------------------------------------------------------------- */

/* Folders that are empty for ever (is_empty_dir_inode): what lies on them hides nothing. */
static bool hides_nothing(const char *inner_path)
{
	static const char *const empty[] = {
		/* procfs */
		"/fs/nfsd",
		"/sys/fs/binfmt_misc",
		/* sysfs */
		"/firmware/efi/efivars",
		"/fs/bpf",
		"/fs/cgroup",
		"/fs/fuse/connections",
		"/fs/pstore",
		"/fs/selinux",
		"/fs/smackfs",
		"/kernel/config",
		"/kernel/debug",
		"/kernel/security",
		"/kernel/tracing",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(empty); i++)
		if (strcmp(inner_path, empty[i]) == 0)
			return true;
	return false;
}

static bool is_whole(const LxMountinfo *info, const LxMount *mount)
{
	const LxMount *child;

	for (unsigned i = 0; (child = lx_mountinfo_at(info, i)) != NULL; i++)
		if (child->parent == mount->id && child != mount &&
			!hides_nothing(child->mountpoint + strlen(mount->mountpoint)))
			return false;
	return true;
}

static bool contains(const GPtrArray *mounts, const LxMount *mount)
{
	for (unsigned i = 0; i < mounts->len; i++)
		if (g_ptr_array_index(mounts, i) == mount)
			return true;
	return false;
}

/* Before pivot_root(2) the host's own are there, too, and go with it. */
static bool is_below(const LxMount *mount, const char *root)
{
	const char *rest = root ? lx_path_rest(mount->mountpoint, root) : NULL;

	return !root || (rest && rest[0] == '/');
}

const LxMount *lx_clean_find_needed(
	const LxMountinfo *info, const char *root, const char *fstype, const GPtrArray *hidden)
{
	const LxMount *mount, *needed = NULL;

	for (unsigned i = 0; (mount = lx_mountinfo_at(info, i)) != NULL; i++) {
		if (strcmp(mount->fstype, fstype) != 0 || strcmp(mount->root, "/") != 0 ||
			!is_below(mount, root) || !is_whole(info, mount))
			continue;
		if (!contains(hidden, mount))
			return NULL;
		needed = mount;
	}
	return needed;
}

const LxMount *lx_clean_find(const LxMountinfo *info)
{
	const LxMount *mount;

	for (unsigned i = 0; (mount = lx_mountinfo_at(info, i)) != NULL; i++)
		if (strcmp(mount->fstype, "tmpfs") == 0 && strcmp(mount->source, SOURCE) == 0)
			return mount;
	return NULL;
}

/* ---- Preparing --------------------------------------------------------------------------- */

/* The root of the mount, if its path leads there. */
static int open_needed(LxClean *clean, const LxVisit *visit, const char *root, const char *fstype,
	const GPtrArray *hidden)
{
	const LxMount *needed = lx_clean_find_needed(visit->info, root, fstype, hidden);
	g_auto(LxFd) fd = -1;

	if (needed)
		fd = lx_place_walk(visit->root, needed->mountpoint);
	if (fd < 0 || lx_visit_mount_of(visit, fd) != needed)
		return -1;
	clean->shared = clean->shared || needed->shared;
	return lx_fd_steal(&fd);
}

/* Nobody's mount yet, of the kernel's own procfs, and not one that the host sees. */
static bool find_place(LxClean *clean, const LxVisit *visit, const char *root)
{
	g_autofree char *path = g_build_filename("/", root ? root : "", PLACE, NULL);
	const LxMount *ground;

	clean->place = lx_place_walk(visit->root, path);
	ground = clean->place < 0 ? NULL : lx_visit_mount_of(visit, clean->place);
	if (!ground || strcmp(ground->fstype, "proc") != 0 ||
		strcmp(ground->mountpoint, path) == 0 ||
		lx_visit_is_shared_with_host(visit, ground))
		return false;
	clean->shared = clean->shared || ground->shared;
	return true;
}

static bool configure(int fs)
{
	static const char *const options[][2] = {
		{"source", SOURCE},
		{"mode", "0700"},
		{"size", "16k"},
		{"nr_inodes", "8"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(options); i++)
		if (fsconfig(fs, FSCONFIG_SET_STRING, options[i][0], options[i][1], 0) < 0)
			return false;
	return fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0;
}

static int make_folder(void)
{
	g_auto(LxFd) fs = fsopen("tmpfs", FSOPEN_CLOEXEC);
	g_auto(LxFd) folder = -1;

	if (fs < 0 || !configure(fs))
		return -1;
	folder = fsmount(
		fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	if (folder < 0 || mkdirat(folder, "proc", 0500) < 0 || mkdirat(folder, "sys", 0500) < 0)
		return -1;
	return lx_fd_steal(&folder);
}

void lx_clean_prepare(LxClean *clean, LxVisit *visit, const char *root, const GPtrArray *hidden)
{
	clean->proc = open_needed(clean, visit, root, "proc", hidden);
	clean->sys = open_needed(clean, visit, root, "sysfs", hidden);
	if ((clean->proc < 0 && clean->sys < 0) || !find_place(clean, visit, root))
		return;
	clean->folder = make_folder();
	if (clean->folder < 0)
		lx_visit_fail(visit, "making room for a clean procfs", g_strerror(errno));
}

void lx_clean_clear(LxClean *clean)
{
	lx_fd_clear(&clean->place);
	lx_fd_clear(&clean->proc);
	lx_fd_clear(&clean->sys);
	lx_fd_clear(&clean->folder);
}

/* ---- Putting it there -------------------------------------------------------------------- */

/* With what lies on folders that are always empty, if that is locked to it (EINVAL). */
static int clone_tree(int fd)
{
	const unsigned flags = AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;
	int tree = open_tree(fd, "", flags);

	return tree < 0 && errno == EINVAL ? open_tree(fd, "", flags | AT_RECURSIVE) : tree;
}

/* Private: it must not get what is mounted on the original. */
static int copy(const LxClean *clean, int fd)
{
	struct mount_attr alone = {.propagation = MS_PRIVATE};
	g_auto(LxFd) tree = clone_tree(fd);

	if (tree < 0)
		return -1;
	if (mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &alone, sizeof alone) < 0 &&
		(errno != ENOSYS || clean->shared))
		return -1;
	return lx_fd_steal(&tree);
}

static bool put(int tree, int folder, const char *name)
{
	unsigned flags = MOVE_MOUNT_F_EMPTY_PATH | (name[0] ? 0 : MOVE_MOUNT_T_EMPTY_PATH);

	return tree >= 0 && move_mount(tree, "", folder, name, flags) == 0;
}

static bool put_copy(const LxClean *clean, int fd, const char *name)
{
	g_auto(LxFd) tree = -1;

	if (fd < 0)
		return true;
	tree = copy(clean, fd);
	return put(tree, clean->folder, name);
}

bool lx_clean_put(const LxClean *clean, LxVisit *visit)
{
	g_auto(LxFd) cover = -1;

	if (clean->folder < 0)
		return true;
	cover = copy(clean, clean->place);
	if (cover >= 0 && put(clean->folder, clean->place, "")) {
		if (put_copy(clean, clean->proc, "proc") && put_copy(clean, clean->sys, "sys") &&
			put(cover, clean->folder, "")) {
			visit->report->clean = true;
			return true;
		}
		lx_visit_fail(visit, "providing a clean procfs", g_strerror(errno));
		lx_clean_take_back(clean, visit);
		return false;
	}
	lx_visit_fail(visit, "providing a clean procfs", g_strerror(errno));
	return false;
}

/* What hides the tmpfs, if it is there already, and the tmpfs with all that is in it. */
void lx_clean_take_back(const LxClean *clean, LxVisit *visit)
{
	if (clean->folder >= 0 && lx_visit_unmount(visit, clean->place))
		lx_visit_unmount(visit, clean->place);
	visit->report->clean = false;
}
