/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The mount namespaces of all processes, each one once. */
#include "mounts/mntns.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <sys/stat.h>

uint64_t lx_mntns_inode(pid_t pid)
{
	char path[64];
	struct stat status;

	g_snprintf(path, sizeof path, "/proc/%d/ns/mnt", (int)pid);
	return stat(path, &status) == 0 ? status.st_ino : 0;
}

static pid_t pid_of(const char *name)
{
	guint64 pid;

	return g_ascii_string_to_unsigned(name, 10, 1, INT_MAX, &pid, NULL) ? (pid_t)pid : 0;
}

static void note(GArray *spaces, GHashTable *places, uint64_t inode, pid_t pid)
{
	gpointer place = g_hash_table_lookup(places, (gpointer)(uintptr_t)inode);
	LxMntns *space;

	if (!place) {
		LxMntns fresh = {.inode = inode};

		g_array_append_val(spaces, fresh);
		place = GUINT_TO_POINTER(spaces->len);
		g_hash_table_insert(places, (gpointer)(uintptr_t)inode, place);
	}
	space = &g_array_index(spaces, LxMntns, GPOINTER_TO_UINT(place) - 1);
	if (space->n_pids < LX_MNTNS_PIDS)
		space->pids[space->n_pids++] = pid;
}

GArray *lx_mntns_find(GError **error)
{
	g_autoptr(GHashTable) places = g_hash_table_new(NULL, NULL);
	GArray *spaces = g_array_new(FALSE, FALSE, sizeof(LxMntns));
	DIR *processes = opendir("/proc");

	if (!processes) {
		lx_error_set_errno(error, errno, "listing /proc");
		g_array_unref(spaces);
		return NULL;
	}
	for (struct dirent *entry; (entry = readdir(processes)) != NULL;) {
		pid_t pid = pid_of(entry->d_name);
		uint64_t inode = pid ? lx_mntns_inode(pid) : 0;

		if (inode)
			note(spaces, places, inode, pid);
	}
	closedir(processes);
	return spaces;
}

/* Only mounts below a process's root are printed for it: after chroot(2) there is seldom a "/". */
LxMountinfo *lx_mntns_mounts(const LxMntns *space, pid_t *out_pid, GError **error)
{
	g_autoptr(LxMountinfo) best = NULL;

	for (unsigned i = 0; i < space->n_pids; i++) {
		g_autoptr(LxMountinfo) info = NULL;
		bool whole;

		g_clear_error(error);
		info = lx_mountinfo_read(space->pids[i], error);
		if (!info)
			continue;
		whole = lx_mountinfo_top(info, "/") != NULL;
		if (best && !whole)
			continue;
		lx_mountinfo_free(best);
		best = g_steal_pointer(&info);
		*out_pid = space->pids[i];
		if (whole)
			break;
	}
	if (best)
		g_clear_error(error);
	return g_steal_pointer(&best);
}
