/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tasks.h"

#include "identity/ladder.h"

#define A "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"

/* What each rung says, and how many entries it leaves. test_identity_identity.c has the rest. */
static const struct {
	TasksTask task;
	const char *all, *named;
	unsigned entries;
} rows[] = {
	{{.tid = 12, .cgroup = "/box/x", .cgroupns = 11, .mountinfo = "/box"}, "box", "box", 1},
	{{.tid = 13, .cgroup = "/box/x", .pidns = 21, .pids = "13\t1"}, "box:x", "box:x", 1},
	{{.tid = 14,
		 .cgroup = "/box/x",
		 .pidns = 22,
		 .pids = "14\t1",
		 .cgroupns = 12,
		 .mountinfo = "/"},
		"box:x", "box:x", 2},
	{{.tid = 15, .cgroup = "/docker/" A "/x"}, A, A, 1},
	{{.tid = 16, .cgroup = "/box/x"}, "box:x", "host", 1},
	{{.tid = 17, .cgroup = "/"}, "host", "host", 0},
};

typedef struct {
	TasksHost host;
	LxNamespaces namespaces;
	LxClock clock;
	LxContainer *machine;
	LxCache *cache;
	LxLadder ladder;
} Scene;

static void scene_init(Scene *scene, const TasksTask *task)
{
	*scene = (Scene){.host = tasks_host_new(), .clock = {.fixed = true}};
	tasks_add(&scene->host, task);
	tasks_add_cgroup(&scene->host, task->cgroup, "");
	lx_namespaces_init(&scene->namespaces, scene->host.root);
	scene->machine = lx_container_new();
	scene->machine->is_host = true;
	scene->machine->id = g_strdup("host");
	scene->cache = lx_cache_new(10, NULL);
	scene->ladder = (LxLadder){scene->host.root, scene->host.layout, scene->host.levels,
		&scene->clock, &scene->namespaces, scene->cache, scene->machine, NULL, -1};
}

static void scene_clear(Scene *scene)
{
	lx_cache_free(scene->cache);
	lx_container_unref(scene->machine);
	tasks_host_clear(&scene->host);
}

static void expect(Scene *scene, pid_t tid, LxLadderScope scope, const char *id)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(LxContainer) container = lx_ladder_climb(&scene->ladder, tid, scope, &error);

	ck_assert_msg(container != NULL, "%s", error ? error->message : "");
	ck_assert_str_eq(container->id, id);
}

START_TEST(each_rung_answers_and_remembers)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		Scene scene;

		scene_init(&scene, &rows[i].task);
		expect(&scene, rows[i].task.tid, LX_LADDER_NAMED, rows[i].named);
		expect(&scene, rows[i].task.tid, LX_LADDER_ALL, rows[i].all);
		expect(&scene, rows[i].task.tid, LX_LADDER_ALL, rows[i].all);
		ck_assert_uint_eq(lx_cache_n_entries(scene.cache), rows[i].entries);
		scene_clear(&scene);
	}
}
END_TEST

START_TEST(a_container_whose_processes_have_gone_has_no_init)
{
	static const TasksTask task = {.tid = 12, .group = 99, .cgroup = "/box"};
	g_autoptr(LxContainer) container = NULL;
	Scene scene;

	scene_init(&scene, &task);
	scene.clock.fixed_boottime_nsec = 77;
	container = lx_ladder_climb(&scene.ladder, 12, LX_LADDER_ALL, NULL);
	ck_assert_ptr_nonnull(container);
	ck_assert_int_eq(container->init_pid, 0);
	ck_assert_int_lt(container->init_folder, 0);
	ck_assert_uint_eq(container->start_boottime_nsec, 77);
	lx_container_unref(g_steal_pointer(&container));
	scene_clear(&scene);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		each_rung_answers_and_remembers,
		a_container_whose_processes_have_gone_has_no_init,
		NULL,
	};

	return unit_suite_new("identity/ladder", tests);
}
