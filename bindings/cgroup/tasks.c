/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tasks (threads) of a container. */
#include "cgroup/tasks.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DIR, closedir)

/* Containers make cgroups and name them: nothing is followed out of a folder, nothing is endless.
 */
#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

typedef struct {
	const char *file; /* the name of the list of threads */
	LxTaskIds *ids;
	unsigned depth;
} Walk;

static void add_id(LxTaskIds *ids, pid_t tid)
{
	if (ids->n == ids->room) {
		ids->room = ids->room ? ids->room * 2 : 64;
		ids->tids = g_renew(pid_t, ids->tids, ids->room);
	}
	ids->tids[ids->n++] = tid;
}

bool lx_tasks_parse(LxSlice text, const char *what, LxTaskIds *to, GError **error)
{
	unsigned number = 0;
	LxSlice line;
	uint64_t tid;

	while (to->n < LX_TASKS_MAX && lx_scan_line(&text, &line)) {
		number++;
		if (!lx_slice_u64(line, &tid) || tid > INT_MAX) {
			lx_error_set(
				error, EINVAL, "parsing %s, line %u: no task id", what, number);
			return false;
		}
		if (tid > 0)
			add_id(to, (pid_t)tid);
	}
	return true;
}

/* A cgroup that goes while it is read has no tasks; a threaded one's domain may refuse to say. */
static bool has_no_tasks(int code)
{
	return code == ENOENT || code == ENODEV || code == EOPNOTSUPP;
}

static bool take_threads(const Walk *walk, int folder, GError **error)
{
	g_auto(LxFd) fd = openat(folder, walk->file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	g_autoptr(GError) failure = NULL;
	g_auto(LxText) text = {0};

	if (fd < 0 && has_no_tasks(errno))
		return true;
	if (fd < 0) {
		lx_error_set_errno(error, errno, "opening %s", walk->file);
		return false;
	}
	if (lx_fd_read(fd, LX_SYSROOT_MAX_BYTES, walk->file, &text, &failure))
		return lx_tasks_parse(lx_text_slice(&text), walk->file, walk->ids, error);
	if (has_no_tasks(lx_error_code(failure)))
		return true;
	g_propagate_error(error, g_steal_pointer(&failure));
	return false;
}

/* kernfs counts the folders in a folder; where it is known that there are none nobody looks. */
static bool may_have_children(int folder)
{
	struct stat status;

	return fstat(folder, &status) < 0 || status.st_nlink != 2;
}

static bool is_child(const struct dirent *entry)
{
	if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
		return false;
	return entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN;
}

static bool walk_folder(Walk *walk, int folder, GError **error);

/* The folder stream owns its descriptor, which must not be the one that is still in use. */
static bool walk_children(Walk *walk, int folder, GError **error)
{
	int fd = openat(folder, ".", FOLDER_FLAGS);
	g_autoptr(DIR) stream = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!stream) {
		if (fd >= 0)
			close(fd);
		return true;
	}
	while (walk->ids->n < LX_TASKS_MAX && (entry = readdir(stream))) {
		g_auto(LxFd) child = -1;

		if (is_child(entry))
			child = openat(folder, entry->d_name, FOLDER_FLAGS);
		if (child >= 0 && !walk_folder(walk, child, error))
			return false;
	}
	return true;
}

static bool walk_folder(Walk *walk, int folder, GError **error)
{
	bool done;

	if (!take_threads(walk, folder, error))
		return false;
	if (walk->depth == LX_TASKS_DEPTH_MAX || !may_have_children(folder))
		return true;
	walk->depth++;
	done = walk_children(walk, folder, error);
	walk->depth--;
	return done;
}

/* A folder that was removed has no links, and seems to have no files. */
static bool has_gone(int folder)
{
	struct stat status;

	return fstat(folder, &status) < 0 || status.st_nlink == 0;
}

static bool walk_level(Walk *walk, int folder, const LxLevel *level, GError **error)
{
	if (!walk_folder(walk, folder, error)) {
		g_prefix_error(error, "cgroup %s: ", lx_level_path(level));
		return false;
	}
	if (!has_gone(folder))
		return true;
	lx_error_set_errno(
		error, ENOENT, "reading the tasks of the cgroup %s", lx_level_path(level));
	return false;
}

bool lx_cgroup_read_tasks(LxCgroup *cgroup, LxTaskIds *out, GError **error)
{
	LxLevel *level = lx_cgroup_primary(cgroup);
	g_auto(LxTaskIds) ids = {0};
	g_auto(LxFd) folder = -1;
	Walk walk = {.ids = &ids};

	if (level) {
		walk.file = lx_level_is_v2(level) ? "cgroup.threads" : "tasks";
		folder = lx_level_open(level, ".", O_RDONLY | O_DIRECTORY, error);
		if (folder < 0 || !walk_level(&walk, folder, level, error))
			return false;
	}
	lx_task_ids_clear(out);
	*out = ids;
	ids = (LxTaskIds){0};
	return true;
}

bool lx_cgroup_count_tasks(LxCgroup *cgroup, uint64_t *out, bool *present, GError **error)
{
	LxLevel *level = lx_cgroup_level(cgroup, LX_CONTROLLER_PIDS);

	*present = false;
	return !level || lx_level_read_u64(level, LX_CGROUP_PIDS_CURRENT, out, present, error);
}
