/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The processes of a cgroup and of those below it. */
#include "cgroup/processes.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

/* A container decides how deep and how wide its tree is; not how long we walk. */
#define DEPTH_MAX 16
#define FOLDERS_MAX 1024
#define LIST_MAX_BYTES (4u * 1024 * 1024)

static const char list_name[] = "cgroup.procs";

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DIR, closedir)

typedef struct {
	LxProcessesVisit visit;
	gpointer data;
	unsigned processes_left, folders_left;
} Walk;

static void visit_list(Walk *walk, LxSlice list)
{
	LxSlice line;
	uint64_t pid;

	while (walk->processes_left > 0 && lx_scan_line(&list, &line)) {
		if (!lx_slice_u64(lx_slice_trim(line), &pid) || pid == 0 || pid > INT32_MAX)
			continue;
		walk->processes_left--;
		if (!walk->visit((pid_t)pid, walk->data))
			walk->processes_left = 0;
	}
}

static void visit_folder(Walk *walk, int folder)
{
	g_auto(LxFd) file = openat(folder, list_name, O_RDONLY | O_CLOEXEC);
	g_auto(LxText) list = {0};

	if (file >= 0 && lx_fd_read(file, LIST_MAX_BYTES, list_name, &list, NULL))
		visit_list(walk, lx_text_slice(&list));
}

static bool may_be_folder(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN);
}

/* Takes the descriptor over. */
static void walk_tree(Walk *walk, int folder, unsigned depth)
{
	g_autoptr(DIR) entries = fdopendir(folder);
	struct dirent *entry;

	if (!entries) {
		close(folder);
		return;
	}
	walk->folders_left--;
	visit_folder(walk, folder);
	while (depth < DEPTH_MAX && walk->processes_left > 0 && walk->folders_left > 0 &&
		(entry = readdir(entries))) {
		int below = may_be_folder(entry)
				    ? openat(folder, entry->d_name,
					      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
				    : -1;

		if (below >= 0)
			walk_tree(walk, below, depth + 1);
	}
}

void lx_processes_visit(LxLevel *level, unsigned max, LxProcessesVisit visit, gpointer data)
{
	Walk walk = {visit, data, max, FOLDERS_MAX};
	int folder = lx_level_open(level, ".", O_RDONLY | O_DIRECTORY, NULL);

	if (folder >= 0)
		walk_tree(&walk, folder, 0);
}
