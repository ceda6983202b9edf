/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A captured host with the cgroup view of it: /box and in it /box/in, and a sibling /other, in the
 * hierarchies memory and cpu. Task 12 is the init of a container in /box that has no cgroup
 * namespace, 13 of one in /box that has, 14 of one that stands in /box/in, 1 is the host's.
 */
#pragma once

#include "tasks.h"

#include <errno.h>
#include <sys/stat.h>

#include "view/view.h"

#define VIEWING_PLAIN 12
#define VIEWING_ROOTED 13
#define VIEWING_NESTED 14
#define VIEWING_HOST 1

typedef struct {
	TasksHost host;
	LxClock clock;
	LxIdentity *identity;
	LxCgroupTree *view;
} Viewing;

static inline void viewing_write(const Viewing *viewing, const char *path, const char *text)
{
	g_autofree char *full = g_build_filename(viewing->host.folder, "cgroup", path, NULL);

	ck_assert(g_file_set_contents(full, text, -1, NULL));
	ck_assert_int_eq(chmod(full, 0644), 0);
}

static inline char *viewing_text(const Viewing *viewing, const char *path)
{
	g_autofree char *full = g_build_filename(viewing->host.folder, "cgroup", path, NULL);
	char *text = NULL;

	ck_assert(g_file_get_contents(full, &text, NULL, NULL));
	return text;
}

static inline void viewing_init(Viewing *viewing)
{
	static const TasksTask tasks[] = {
		{.tid = VIEWING_PLAIN, .cgroup = "/box", .pidns = 21, .pids = "12\t1"},
		{.tid = VIEWING_ROOTED, .cgroup = "/box", .cgroupns = 11, .mountinfo = "/box"},
		{.tid = VIEWING_NESTED, .cgroup = "/box/in", .pidns = 22, .pids = "14\t1"},
	};
	g_autoptr(GError) error = NULL;

	*viewing = (Viewing){.host = tasks_host_new(), .clock = {.fixed = true}};
	tasks_add_all(&viewing->host, tasks, G_N_ELEMENTS(tasks));
	tasks_add_cgroup(&viewing->host, "/box", "12\n13\n");
	tasks_add_cgroup(&viewing->host, "/box/in", "14\n");
	tasks_add_cgroup(&viewing->host, "/other", "77\n");
	viewing_write(viewing, "memory/box/memory.max", "100\n");
	viewing_write(viewing, "memory/box/in/memory.max", "50\n");
	viewing->identity = lx_identity_new(viewing->host.root, viewing->host.layout,
		viewing->host.levels, &viewing->clock, 100, &error);
	viewing->view = lx_view_new(
		viewing->host.root, viewing->host.layout, viewing->identity, false, &error);
	ck_assert_msg(viewing->view != NULL, "%s", error ? error->message : "");
}

static inline void viewing_clear(Viewing *viewing)
{
	lx_view_free(viewing->view);
	lx_identity_free(viewing->identity);
	tasks_host_clear(&viewing->host);
}
#define viewing_auto __attribute__((cleanup(viewing_clear))) Viewing

static inline LxViewCaller viewing_caller(const Viewing *viewing, pid_t tid)
{
	return (LxViewCaller){.view = viewing->view, .tid = tid, .uid = getuid(), .gid = getgid()};
}

/* Walks a path; the errno of what failed, 0 when it is there. */
static inline int viewing_walk(const Viewing *viewing, pid_t tid, const char *path, LxNode *out)
{
	LxViewCaller caller = viewing_caller(viewing, tid);
	g_auto(GStrv) names = g_strsplit(path, "/", -1);
	g_autoptr(GError) error = NULL;
	LxViewEntry entry;

	*out = LX_VIEW_ROOT;
	for (char **name = names; *name; name++)
		if (**name) {
			if (!lx_view_lookup(&caller, *out, *name, &entry, &error))
				return lx_error_code(error);
			*out = entry.node;
		}
	return 0;
}

static inline LxNode viewing_node(const Viewing *viewing, pid_t tid, const char *path)
{
	LxNode node;

	ck_assert_msg(viewing_walk(viewing, tid, path, &node) == 0, "%s is not there", path);
	return node;
}
