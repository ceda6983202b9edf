/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tasks.h"

#include <errno.h>

#include "identity/identity.h"

#define A "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"
#define B "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const LxClock noon = {.fixed = true, .fixed_boottime_nsec = 43200000000000};

static LxIdentity *identity_of(const TasksHost *host)
{
	g_autoptr(GError) error = NULL;
	LxIdentity *identity =
		lx_identity_new(host->root, host->layout, host->levels, &noon, 100, &error);

	ck_assert_msg(identity != NULL, "%s", error ? error->message : "");
	return identity;
}

/* "docker A /docker/A 12 30": runtime, id, cgroup, init, PID namespace. */
static char *described(const LxContainer *container)
{
	return g_strdup_printf("%s %s %s %d %u", container->runtime, container->id,
		container->cgroup ? lx_level_path(lx_cgroup_primary(container->cgroup)) : "-",
		(int)container->init_pid, (unsigned)container->pid_namespace);
}

static void expect(LxIdentity *identity, pid_t tid, const char *expected)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(LxContainer) container = lx_identity_find(identity, tid, &error);
	g_autofree char *got = NULL;

	ck_assert_msg(container != NULL, "task %d: %s", (int)tid, error ? error->message : "");
	got = described(container);
	ck_assert_str_eq(got, expected);
}

#define HOST "host host - 1 0"

START_TEST(the_cgroup_namespaces_root_decides_wherever_the_reader_stands)
{
	static const TasksTask tasks[] = {
		{.tid = 12,
			.cgroup = "/box/app",
			.cgroupns = 11,
			.pidns = 21,
			.pids = "12\t1",
			.mountinfo = "/box",
			.start_ticks = 100},
		{.tid = 13,
			.cgroup = "/box/app/deep",
			.cgroupns = 11,
			.pidns = 21,
			.pids = "13\t2",
			.mountinfo = "/box",
			.start_ticks = 101},
	};
	tasks_autohost host = tasks_host_new();
	g_autoptr(LxIdentity) identity = NULL;

	tasks_add_all(&host, tasks, G_N_ELEMENTS(tasks));
	tasks_add_cgroup(&host, "/box/app/deep", "13\n");
	identity = identity_of(&host);
	expect(identity, 13, "plain box /box 12 21");
	expect(identity, 12, "plain box /box 12 21");
	expect(identity, 1, HOST);
	ck_assert_uint_eq(lx_identity_n_cached(identity), 1);
}
END_TEST

START_TEST(containers_of_a_pod_are_told_apart_in_one_pid_namespace)
{
	static const TasksTask tasks[] = {
		{.tid = 12,
			.cgroup = "/kubepods/podx/" A,
			.cgroupns = 11,
			.pidns = 21,
			.pids = "12\t1",
			.mountinfo = "/kubepods/podx/" A,
			.start_ticks = 100},
		{.tid = 13,
			.cgroup = "/kubepods/podx/" B,
			.cgroupns = 12,
			.pidns = 21,
			.pids = "13\t7",
			.mountinfo = "/kubepods/podx/" B,
			.start_ticks = 300},
		{.tid = 14,
			.cgroup = "/kubepods/podx/" B,
			.cgroupns = 12,
			.pidns = 21,
			.pids = "14\t8",
			.mountinfo = "/kubepods/podx/" B,
			.start_ticks = 400},
	};
	tasks_autohost host = tasks_host_new();
	g_autoptr(LxIdentity) identity = NULL;
	g_autoptr(LxContainer) container = NULL;

	tasks_add_all(&host, tasks, G_N_ELEMENTS(tasks));
	tasks_add_cgroup(&host, "/kubepods/podx/" A, "12\n");
	tasks_add_cgroup(&host, "/kubepods/podx/" B, "14\n13\n");
	identity = identity_of(&host);
	expect(identity, 12, "kubernetes " A " /kubepods/podx/" A " 12 21");
	expect(identity, 14, "kubernetes " B " /kubepods/podx/" B " 13 21");
	container = lx_identity_find(identity, 14, NULL);
	ck_assert_uint_eq(container->start_boottime_nsec, 3000000000);
}
END_TEST

START_TEST(a_container_in_the_hosts_pid_namespace_has_the_oldest_process_as_init)
{
	static const TasksTask tasks[] = {
		{.tid = 12,
			.cgroup = "/box",
			.cgroupns = 11,
			.start_ticks = 300,
			.mountinfo = "/box"},
		{.tid = 13,
			.cgroup = "/box",
			.cgroupns = 11,
			.start_ticks = 200,
			.state = 'Z',
			.mountinfo = "/box"},
		{.tid = 14,
			.cgroup = "/box",
			.cgroupns = 11,
			.start_ticks = 250,
			.mountinfo = "/box"},
	};
	tasks_autohost host = tasks_host_new();
	g_autoptr(LxIdentity) identity = NULL;

	tasks_add_all(&host, tasks, G_N_ELEMENTS(tasks));
	tasks_add_cgroup(&host, "/box", "12\n13\n14\n0\nx\n99\n");
	identity = identity_of(&host);
	expect(identity, 12, "plain box /box 14 0");
}
END_TEST

START_TEST(a_namespace_rooted_at_the_hosts_root_decides_nothing)
{
	static const TasksTask tasks[] = {
		{.tid = 12, .cgroup = "/box", .cgroupns = 11, .mountinfo = "/"},
		{.tid = 13, .cgroup = "/", .cgroupns = 11, .mountinfo = "/"},
	};
	tasks_autohost host = tasks_host_new();
	g_autoptr(LxIdentity) identity = NULL;

	tasks_add_all(&host, tasks, G_N_ELEMENTS(tasks));
	tasks_add_cgroup(&host, "/box", "12\n");
	identity = identity_of(&host);
	expect(identity, 13, HOST);
	expect(identity, 12, "plain box /box 12 0");
}
END_TEST

START_TEST(who_entered_from_outside_gets_the_namespaces_root_and_not_its_own_cgroup)
{
	static const TasksTask tasks[] = {
		{.tid = 12, .cgroup = "/session", .cgroupns = 11, .mountinfo = "/box"},
		{.tid = 13,
			.cgroup = "/box/x",
			.cgroupns = 11,
			.mountinfo = "/box",
			.pidns = 21,
			.pids = "13\t1"},
	};
	tasks_autohost host = tasks_host_new();
	g_autoptr(LxIdentity) identity = NULL;

	tasks_add_all(&host, tasks, G_N_ELEMENTS(tasks));
	tasks_add_cgroup(&host, "/box/x", "13\n");
	tasks_add_cgroup(&host, "/session", "12\n");
	identity = identity_of(&host);
	expect(identity, 12, "plain box /box 13 21");
	tasks_remove(&host, 13);
	g_clear_pointer(&identity, lx_identity_free);
	identity = identity_of(&host);
	expect(identity, 12, "plain session /session 12 0");
}
END_TEST

START_TEST(without_a_cgroup_namespace_the_pid_namespaces_init_decides)
{
	static const TasksTask tasks[] = {
		{.tid = 12, .cgroup = "/docker/" A "/init.scope", .pidns = 21, .pids = "12\t1"},
		{.tid = 13, .cgroup = "/docker/" A "/cron", .pidns = 21, .pids = "13\t7"},
		{.tid = 14,
			.group = 13,
			.cgroup = "/docker/" A "/cron",
			.pidns = 21,
			.pids = "14\t8"},
	};
	tasks_autohost host = tasks_host_new();
	g_autoptr(LxIdentity) identity = NULL;

	tasks_add_all(&host, tasks, G_N_ELEMENTS(tasks));
	tasks_add_cgroup(&host, "/docker/" A "/init.scope", "12\n");
	tasks_add_cgroup(&host, "/docker/" A "/cron", "13\n");
	identity = identity_of(&host);
	expect(identity, 13, "docker " A " /docker/" A " 12 21");
	expect(identity, 14, "docker " A " /docker/" A " 12 21");
}
END_TEST

/* The pod's first container waits; on cgroup v1 none has a cgroup namespace of its own. */
START_TEST(beside_the_container_of_init_the_runtimes_cgroup_decides)
{
	static const TasksTask tasks[] = {
		{.tid = 12, .cgroup = "/kubepods/podx/" A, .pidns = 21, .pids = "12\t1"},
		{.tid = 13,
			.cgroup = "/kubepods/podx/" B "/deep",
			.pidns = 21,
			.pids = "13\t7",
			.start_ticks = 300},
		{.tid = 14,
			.cgroup = "/kubepods/podx/" A "/docker/" B,
			.pidns = 21,
			.pids = "14\t8"},
		{.tid = 15, .cgroup = "/kubepods/podx", .pidns = 21, .pids = "15\t9"},
		{.tid = 16, .cgroup = "/kubepods/podx/" A "x", .pidns = 21, .pids = "16\t10"},
	};
	tasks_autohost host = tasks_host_new();
	g_autoptr(LxIdentity) identity = NULL;
	g_autoptr(LxContainer) container = NULL;

	tasks_add_all(&host, tasks, G_N_ELEMENTS(tasks));
	tasks_add_cgroup(&host, "/kubepods/podx/" A, "12\n");
	tasks_add_cgroup(&host, "/kubepods/podx/" B, "13\n");
	identity = identity_of(&host);
	expect(identity, 13, "kubernetes " B " /kubepods/podx/" B " 13 21");
	expect(identity, 12, "kubernetes " A " /kubepods/podx/" A " 12 21");
	expect(identity, 14, "kubernetes " A " /kubepods/podx/" A " 12 21");
	expect(identity, 15, "kubernetes " A " /kubepods/podx/" A " 12 21");
	expect(identity, 16, "kubernetes " A " /kubepods/podx/" A " 12 21");
	container = lx_identity_find(identity, 13, NULL);
	ck_assert_uint_eq(container->start_boottime_nsec, 3000000000);
}
END_TEST

START_TEST(an_init_in_a_container_within_another_keeps_its_own)
{
	static const TasksTask tasks[] = {
		{.tid = 12, .cgroup = "/docker/" A "/docker/" B, .pidns = 21, .pids = "12\t1"},
		{.tid = 13, .cgroup = "/docker/" A "/cron", .pidns = 21, .pids = "13\t7"},
	};
	tasks_autohost host = tasks_host_new();
	g_autoptr(LxIdentity) identity = NULL;

	tasks_add_all(&host, tasks, G_N_ELEMENTS(tasks));
	tasks_add_cgroup(&host, "/docker/" A "/docker/" B, "12\n");
	identity = identity_of(&host);
	expect(identity, 13, "docker " B " /docker/" A "/docker/" B " 12 21");
}
END_TEST

START_TEST(an_init_with_a_cgroup_namespace_of_its_own_decides_by_its_root)
{
	static const TasksTask tasks[] = {
		{.tid = 12,
			.cgroup = "/lxc/web/nested",
			.cgroupns = 11,
			.mountinfo = "/lxc/web",
			.pidns = 21,
			.pids = "12\t1"},
		{.tid = 13, .cgroup = "/user", .pidns = 21, .pids = "13\t7"},
	};
	tasks_autohost host = tasks_host_new();
	g_autoptr(LxIdentity) identity = NULL;

	tasks_add_all(&host, tasks, G_N_ELEMENTS(tasks));
	tasks_add_cgroup(&host, "/lxc/web/nested", "12\n");
	tasks_add_cgroup(&host, "/user", "13\n");
	identity = identity_of(&host);
	expect(identity, 13, "lxc web /lxc/web 12 21");
}
END_TEST

START_TEST(a_pid_namespace_whose_init_stands_at_the_root_is_the_host)
{
	static const TasksTask tasks[] = {
		{.tid = 12, .cgroup = "/", .pidns = 21, .pids = "12\t1"},
		{.tid = 13, .cgroup = "/box", .pidns = 21, .pids = "13\t7"},
	};
	tasks_autohost host = tasks_host_new();
	g_autoptr(LxIdentity) identity = NULL;

	tasks_add_all(&host, tasks, G_N_ELEMENTS(tasks));
	tasks_add_cgroup(&host, "/box", "13\n");
	identity = identity_of(&host);
	expect(identity, 12, HOST);
	expect(identity, 13, HOST);
}
END_TEST

START_TEST(a_container_whose_init_has_moved_is_seen_where_it_is_now)
{
	static const TasksTask init = {.tid = 12, .cgroup = "/box", .pidns = 21, .pids = "12\t1"};
	tasks_autohost host = tasks_host_new();
	g_autoptr(LxIdentity) identity = NULL;
	g_autoptr(LxContainer) before = NULL;
	g_autoptr(LxContainer) again = NULL;
	g_autofree char *path = NULL;

	tasks_add(&host, &init);
	tasks_add_cgroup(&host, "/box/x", "");
	identity = identity_of(&host);
	before = lx_identity_find(identity, 12, NULL);
	again = lx_identity_find(identity, 12, NULL);
	ck_assert_ptr_nonnull(before);
	ck_assert_ptr_eq(before, again);
	/* In place, as the kernel does it: g_file_set_contents would make another file. */
	path = g_strdup_printf("%s/proc/12/cgroup", host.folder);
	ck_assert_int_eq(truncate(path, 0), 0);
	ck_assert(g_file_set_contents_full(
		path, "2:memory:/box/x\n1:cpu:/box/x\n", -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
	expect(identity, 12, "plain box:x /box/x 12 21");
	ck_assert_uint_eq(lx_identity_n_cached(identity), 1);
}
END_TEST

/* In place, as the kernel does it: g_file_set_contents would make another file. */
static void end_slowly(const TasksHost *host, const TasksTask *task)
{
	g_autofree char *path = g_strdup_printf("%s/proc/%d/cgroup", host->folder, (int)task->tid);
	TasksTask ending = *task;

	ck_assert_int_eq(truncate(path, 0), 0);
	ck_assert(g_file_set_contents_full(
		path, "2:memory:/\n1:cpu:/\n", -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
	ending.exiting = true;
	ending.cgroup = "/";
	tasks_write_stat(host, &ending);
}

START_TEST(an_init_that_is_ending_leaves_its_container_where_it_was)
{
	static const TasksTask tasks[] = {
		{.tid = 12, .cgroup = "/box", .pidns = 21, .pids = "12\t1"},
		{.tid = 13, .cgroup = "/box", .pidns = 21, .pids = "13\t2"},
	};
	tasks_autohost host = tasks_host_new();
	g_autoptr(LxIdentity) identity = NULL;
	g_autoptr(LxIdentity) later = NULL;
	g_autoptr(LxContainer) before = NULL;
	g_autoptr(LxContainer) now = NULL;
	g_autoptr(GError) error = NULL;

	tasks_add_all(&host, tasks, G_N_ELEMENTS(tasks));
	tasks_add_cgroup(&host, "/box", "");
	identity = identity_of(&host);
	before = lx_identity_find(identity, 13, NULL);
	ck_assert_ptr_nonnull(before);
	end_slowly(&host, &tasks[0]);
	now = lx_identity_find(identity, 13, NULL);
	ck_assert_ptr_eq(now, before);
	later = identity_of(&host);
	unit_fails(lx_identity_find(later, 13, &error) != NULL, error, ESRCH, "12");
}
END_TEST

START_TEST(a_task_that_is_ending_at_the_roots_is_nobody)
{
	static const TasksTask task = {.tid = 12, .cgroup = "/", .exiting = true};
	tasks_autohost host = tasks_host_new();
	g_autoptr(LxIdentity) identity = NULL;
	g_autoptr(GError) error = NULL;

	tasks_add(&host, &task);
	identity = identity_of(&host);
	unit_fails(lx_identity_find(identity, 12, &error) != NULL, error, ESRCH, "12");
}
END_TEST

START_TEST(nested_containers_are_told_by_the_callers_innermost_namespaces)
{
	static const TasksTask tasks[] = {
		{.tid = 12,
			.cgroup = "/docker/" A,
			.cgroupns = 11,
			.mountinfo = "/docker/" A,
			.pidns = 21,
			.pids = "12\t1"},
		{.tid = 13,
			.cgroup = "/docker/" A "/docker/" B,
			.cgroupns = 12,
			.pidns = 22,
			.pids = "13\t5\t1",
			.mountinfo = "/docker/" A "/docker/" B},
		{.tid = 14,
			.cgroup = "/docker/" A "/docker/" B "/x",
			.pidns = 23,
			.pids = "14\t6\t1"},
	};
	tasks_autohost host = tasks_host_new();
	g_autoptr(LxIdentity) identity = NULL;

	tasks_add_all(&host, tasks, G_N_ELEMENTS(tasks));
	tasks_add_cgroup(&host, "/docker/" A "/docker/" B "/x", "13\n");
	tasks_add_cgroup(&host, "/docker/" A, "12\n");
	identity = identity_of(&host);
	expect(identity, 12, "docker " A " /docker/" A " 12 21");
	expect(identity, 13, "docker " B " /docker/" A "/docker/" B " 13 22");
	expect(identity, 14, "docker " B " /docker/" A "/docker/" B "/x 14 23");
}
END_TEST

START_TEST(in_the_hosts_namespaces_the_runtimes_cgroup_decides_else_the_own_one)
{
	static const TasksTask tasks[] = {
		{.tid = 12, .cgroup = "/docker/" A "/app", .start_ticks = 50},
		{.tid = 13, .cgroup = "/docker/" A, .start_ticks = 40},
		{.tid = 14, .cgroup = "/system.slice/web.service/worker"},
		{.tid = 15, .group = 14, .cgroup = "/system.slice/web.service/worker"},
		{.tid = 16, .cgroup = "/lxc.monitor.web"},
		{.tid = 17, .cgroup = "2:memory:/docker/" A "/x\n1:cpu:/\n"},
		{.tid = 18, .cgroup = "2:memory:/\n1:cpu:/batch\n"},
		{.tid = 19, .cgroup = ""},
	};
	tasks_autohost host = tasks_host_new();
	g_autoptr(LxIdentity) identity = NULL;

	tasks_add_cgroup(&host, "/docker/" A "/app", "12\n");
	tasks_add_cgroup(&host, "/docker/" A, "13\n");
	tasks_add_cgroup(&host, "/system.slice/web.service/worker", "14\n");
	tasks_add_cgroup(&host, "/lxc.monitor.web", "16\n");
	tasks_add_cgroup(&host, "/batch", "");
	tasks_add_all(&host, tasks, 8);
	tasks_write(&host, 19, "cgroup", "");
	identity = identity_of(&host);
	expect(identity, 12, "docker " A " /docker/" A " 13 0");
	expect(identity, 13, "docker " A " /docker/" A " 13 0");
	ck_assert_uint_eq(lx_identity_n_cached(identity), 1);
	expect(identity, 15,
		"plain system.slice:web.service:worker /system.slice/web.service/worker 14 0");
	expect(identity, 16, "plain lxc.monitor.web /lxc.monitor.web 16 0");
	expect(identity, 17, "docker " A " /docker/" A " 13 0");
	expect(identity, 18, "plain batch /batch 18 0");
	expect(identity, 19, HOST);
}
END_TEST

START_TEST(a_thread_that_does_not_exist_is_no_such_process)
{
	static const pid_t rows[] = {0, -1, 99, INT32_MAX, INT32_MIN};
	tasks_autohost host = tasks_host_new();
	g_autoptr(LxIdentity) identity = identity_of(&host);

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;

		unit_fails(lx_identity_find(identity, rows[i], &error) != NULL, error, ESRCH,
			"there is none");
	}
}
END_TEST

START_TEST(garbage_in_a_tasks_files_is_an_error_that_names_it)
{
	static const struct {
		TasksTask task;
		int code;
		const char *word;
	} rows[] = {
		{{.tid = 12, .cgroup = "garbage"}, EINVAL, "/12/cgroup"},
		{{.tid = 13, .cgroup = "2:memory:relative\n"}, EINVAL, "/13/cgroup"},
		{{.tid = 14, .cgroup = "garbage", .cgroupns = 11, .mountinfo = "/box"}, EINVAL,
			"/14/cgroup"},
		{{.tid = 15, .cgroup = "garbage", .pidns = 25, .pids = "15\t1"}, EINVAL,
			"/15/cgroup"},
		{{.tid = 16, .cgroup = "/box", .pidns = 26, .pids = "16\t2"}, ESRCH, "init of PID"},
		{{.tid = 17, .cgroup = "/gone"}, ENOENT, "gone"},
		{{.tid = 18, .cgroup = "/../other"}, ENOENT, "other"},
	};
	tasks_autohost host = tasks_host_new();
	g_autoptr(LxIdentity) identity = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		tasks_add(&host, &rows[i].task);
	identity = identity_of(&host);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;

		unit_fails(lx_identity_find(identity, rows[i].task.tid, &error) != NULL, error,
			rows[i].code, rows[i].word);
	}
	ck_assert_uint_eq(lx_identity_n_cached(identity), 0);
}
END_TEST

START_TEST(what_was_forgotten_is_looked_up_afresh)
{
	static const TasksTask task = {
		.tid = 12, .cgroup = "/box", .cgroupns = 11, .mountinfo = "/box"};
	tasks_autohost host = tasks_host_new();
	g_autoptr(LxIdentity) identity = NULL;
	g_autoptr(LxContainer) before = NULL;
	g_autoptr(LxContainer) same = NULL;
	g_autoptr(LxContainer) after = NULL;

	tasks_add(&host, &task);
	tasks_add_cgroup(&host, "/box", "12\n");
	identity = identity_of(&host);
	before = lx_identity_find(identity, 12, NULL);
	same = lx_identity_find(identity, 12, NULL);
	ck_assert_ptr_eq(before, same);
	lx_identity_forget(identity, before);
	ck_assert_uint_eq(lx_identity_n_cached(identity), 0);
	after = lx_identity_find(identity, 12, NULL);
	ck_assert_ptr_nonnull(after);
	ck_assert_ptr_ne(before, after);
	ck_assert_ptr_ne(lx_cgroup_primary(before->cgroup), lx_cgroup_primary(after->cgroup));
}
END_TEST

static const TasksTask many[] = {
	{.tid = 12, .cgroup = "/box", .cgroupns = 11, .mountinfo = "/box"},
	{.tid = 13, .cgroup = "/box/x", .cgroupns = 11, .mountinfo = "/box"},
	{.tid = 14, .cgroup = "/a/lxc/web", .pidns = 21, .pids = "14\t1"},
	{.tid = 15, .cgroup = "/b/lxc/web", .pidns = 22, .pids = "15\t1"},
	{.tid = 16, .cgroup = "/docker/" A "/x"},
	{.tid = 17, .cgroup = "/system.slice/web.service"},
	{.tid = 18, .cgroup = "/", .pidns = 23, .pids = "18\t1"},
	{.tid = 19, .cgroup = "garbage"},
};

static void add_many(const TasksHost *host)
{
	tasks_add_all(host, many, G_N_ELEMENTS(many));
	tasks_add_cgroup(host, "/box/x", "");
	tasks_add_cgroup(host, "/a/lxc/web", "");
	tasks_add_cgroup(host, "/b/lxc/web", "");
	tasks_add_cgroup(host, "/docker/" A "/x", "");
	tasks_add_cgroup(host, "/system.slice/web.service", "");
}

START_TEST(the_list_holds_each_container_once_under_an_id_of_its_own)
{
	tasks_autohost host = tasks_host_new();
	g_autoptr(LxIdentity) identity = NULL;
	g_autoptr(GPtrArray) list = NULL;
	g_autoptr(GString) ids = g_string_new(NULL);
	g_autoptr(GRegex) inode = g_regex_new("web-[0-9]+", 0, 0, NULL);
	g_autofree char *text = NULL;

	add_many(&host);
	identity = identity_of(&host);
	list = lx_identity_list(identity, NULL);
	ck_assert_ptr_nonnull(list);
	for (guint i = 0; i < list->len; i++)
		g_string_append_printf(ids, "%s\n", ((const LxContainer *)list->pdata[i])->id);
	text = g_regex_replace_literal(inode, ids->str, -1, 0, "web-N", 0, NULL);
	ck_assert_str_eq(text, A "\nbox\nweb-N\nweb-N\n");
}
END_TEST

START_TEST(a_container_is_found_by_its_id_and_its_number)
{
	tasks_autohost host = tasks_host_new();
	g_autoptr(LxIdentity) identity = NULL;
	g_autoptr(LxContainer) by_id = NULL;
	g_autoptr(LxContainer) by_number = NULL;
	g_autoptr(GError) error = NULL;

	add_many(&host);
	identity = identity_of(&host);
	by_id = lx_identity_find_id(identity, "box", NULL);
	ck_assert_ptr_nonnull(by_id);
	by_number = lx_identity_find_inode(identity, lx_container_number(by_id), NULL);
	ck_assert_ptr_eq(by_id, by_number);
	unit_fails(lx_identity_find_id(identity, "none", &error) != NULL, error, ENOENT, "none");
	unit_fails(lx_identity_find_id(identity, "host", &error) != NULL, error, ENOENT, "host");
	unit_fails(lx_identity_find_inode(identity, 0, &error) != NULL, error, ENOENT, "cgroup 0");
	tasks_remove(&host, 12);
	tasks_remove(&host, 13);
	lx_identity_forget(identity, by_id);
	unit_fails(lx_identity_find_id(identity, "box", &error) != NULL, error, ENOENT, "box");
}
END_TEST

START_TEST(no_more_is_kept_than_asked_for)
{
	tasks_autohost host = tasks_host_new();
	g_autoptr(LxIdentity) identity = NULL;
	g_autoptr(GPtrArray) list = NULL;

	add_many(&host);
	identity = lx_identity_new(host.root, host.layout, host.levels, &noon, 2, NULL);
	ck_assert_ptr_nonnull(identity);
	list = lx_identity_list(identity, NULL);
	ck_assert_uint_eq(list->len, 4);
	ck_assert_uint_eq(lx_identity_n_cached(identity), 2);
	expect(identity, 12, "plain box /box 12 0");
}
END_TEST

static bool release_one(gpointer data)
{
	unsigned *held = data;

	return *held > 0 && (*held)-- > 0;
}

START_TEST(room_is_made_for_descriptors_until_nothing_is_left)
{
	tasks_autohost host = tasks_host_new();
	g_autoptr(LxIdentity) identity = NULL;
	unsigned held = 4;

	add_many(&host);
	identity = identity_of(&host);
	lx_identity_on_shortage(identity, release_one, &held);
	g_ptr_array_unref(lx_identity_list(identity, NULL));
	ck_assert_uint_eq(lx_identity_n_cached(identity), 5);
	ck_assert(!lx_identity_make_room(identity, EACCES));
	ck_assert_uint_eq(held, 4);
	ck_assert(lx_identity_make_room(identity, EMFILE));
	ck_assert_uint_eq(lx_identity_n_cached(identity), 2);
	ck_assert(lx_identity_make_room(identity, ENFILE));
	ck_assert(lx_identity_make_room(identity, EMFILE));
	ck_assert_uint_eq(lx_identity_n_cached(identity), 0);
	ck_assert(lx_identity_make_room(identity, EMFILE));
	ck_assert_uint_eq(held, 0);
	ck_assert(!lx_identity_make_room(identity, EMFILE));
	expect(identity, 12, "plain box /box 12 0");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		the_cgroup_namespaces_root_decides_wherever_the_reader_stands,
		containers_of_a_pod_are_told_apart_in_one_pid_namespace,
		a_container_in_the_hosts_pid_namespace_has_the_oldest_process_as_init,
		a_namespace_rooted_at_the_hosts_root_decides_nothing,
		who_entered_from_outside_gets_the_namespaces_root_and_not_its_own_cgroup,
		without_a_cgroup_namespace_the_pid_namespaces_init_decides,
		beside_the_container_of_init_the_runtimes_cgroup_decides,
		an_init_in_a_container_within_another_keeps_its_own,
		an_init_with_a_cgroup_namespace_of_its_own_decides_by_its_root,
		a_pid_namespace_whose_init_stands_at_the_root_is_the_host,
		a_container_whose_init_has_moved_is_seen_where_it_is_now,
		an_init_that_is_ending_leaves_its_container_where_it_was,
		a_task_that_is_ending_at_the_roots_is_nobody,
		nested_containers_are_told_by_the_callers_innermost_namespaces,
		in_the_hosts_namespaces_the_runtimes_cgroup_decides_else_the_own_one,
		a_thread_that_does_not_exist_is_no_such_process,
		garbage_in_a_tasks_files_is_an_error_that_names_it,
		what_was_forgotten_is_looked_up_afresh,
		the_list_holds_each_container_once_under_an_id_of_its_own,
		a_container_is_found_by_its_id_and_its_number,
		no_more_is_kept_than_asked_for,
		room_is_made_for_descriptors_until_nothing_is_left,
		NULL,
	};

	return unit_suite_new("identity/identity", tests);
}
