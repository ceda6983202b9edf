/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Many threads ask at once while others forget, list and dispatch: whatever they do to the cache,
 * every answer is the right one. Worth running with ThreadSanitizer (-Db_sanitize=thread).
 */
#include "tasks.h"

#include <sys/syscall.h>

#include "identity/identity.h"

#define A "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"

#define ASKERS 4
#define ROUNDS 60

static const LxClock noon = {.fixed = true, .fixed_boottime_nsec = 43200000000000};

/* One task for each rung of the ladder. */
static const struct {
	TasksTask task;
	const char *id;
} rows[] = {
	{{.tid = 12, .cgroup = "/box/x", .cgroupns = 11, .mountinfo = "/box"}, "box"},
	{{.tid = 13, .cgroup = "/lxc/web", .pidns = 21, .pids = "13\t1"}, "web"},
	{{.tid = 14, .cgroup = "/docker/" A "/x"}, A},
	{{.tid = 15, .cgroup = "/service"}, "service"},
	{{.tid = 16}, "host"},
};

typedef struct {
	LxIdentity *identity;
	int done;  /* atomic: askers that have finished */
	int wrong; /* atomic */
} Race;

static void ask(Race *race, size_t row)
{
	g_autoptr(LxContainer) container =
		lx_identity_find(race->identity, rows[row].task.tid, NULL);

	if (!container || strcmp(container->id, rows[row].id) != 0)
		g_atomic_int_inc(&race->wrong);
	else if (container->cgroup && lx_cgroup_id(container->cgroup) == 0)
		g_atomic_int_inc(&race->wrong);
}

static gpointer ask_for_all(gpointer data)
{
	Race *race = data;

	for (int round = 0; round < ROUNDS; round++)
		for (size_t row = 0; row < G_N_ELEMENTS(rows); row++)
			ask(race, row);
	g_atomic_int_inc(&race->done);
	return NULL;
}

static void forget_all(const GPtrArray *list, LxIdentity *identity)
{
	for (guint i = 0; i < list->len; i++)
		lx_identity_forget(identity, list->pdata[i]);
}

/* box, web and the docker one: services are not listed. */
static gpointer disturb(gpointer data)
{
	Race *race = data;

	while (g_atomic_int_get(&race->done) < ASKERS) {
		g_autoptr(GPtrArray) list = lx_identity_list(race->identity, NULL);
		g_autoptr(LxContainer) box = lx_identity_find_id(race->identity, "box", NULL);

		if (!list || list->len != 3 || !box)
			g_atomic_int_inc(&race->wrong);
		lx_identity_dispatch(race->identity);
		if (list)
			forget_all(list, race->identity);
	}
	return NULL;
}

START_TEST(every_answer_is_right_whatever_happens_to_the_cache)
{
	tasks_autohost host = tasks_host_new();
	Race race = {0};
	GThread *askers[ASKERS], *disturber;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		tasks_add(&host, &rows[i].task);
		if (rows[i].task.cgroup)
			tasks_add_cgroup(&host, rows[i].task.cgroup, "");
	}
	race.identity = lx_identity_new(host.root, host.layout, host.levels, &noon, 3, NULL);
	for (int i = 0; i < ASKERS; i++)
		askers[i] = g_thread_new("asker", ask_for_all, &race);
	disturber = g_thread_new("disturber", disturb, &race);
	for (int i = 0; i < ASKERS; i++)
		g_thread_join(askers[i]);
	g_thread_join(disturber);
	ck_assert_int_eq(race.wrong, 0);
	ck_assert_uint_le(lx_identity_n_cached(race.identity), 3);
	lx_identity_free(race.identity);
}
END_TEST

/* Each thread under its own number: all are in the container of their process. */
static gpointer ask_for_self(gpointer data)
{
	Race *race = data;
	pid_t tid = (pid_t)syscall(SYS_gettid);

	for (int round = 0; round < ROUNDS; round++) {
		g_autoptr(LxContainer) own = lx_identity_find(race->identity, tid, NULL);
		g_autoptr(LxContainer) process = lx_identity_find(race->identity, getpid(), NULL);

		if (!own || !process || strcmp(own->id, process->id) != 0)
			g_atomic_int_inc(&race->wrong);
		if (own && round % 16 == 0)
			lx_identity_forget(race->identity, own);
	}
	g_atomic_int_inc(&race->done);
	return NULL;
}

static gpointer dispatch(gpointer data)
{
	Race *race = data;

	while (g_atomic_int_get(&race->done) < ASKERS) {
		lx_identity_dispatch(race->identity);
		g_usleep(1000);
	}
	return NULL;
}

START_TEST(threads_of_a_live_process_are_where_it_is)
{
	g_autoptr(LxSysroot) root = lx_sysroot_new("/", NULL);
	g_autoptr(LxLayout) layout = lx_layout_new(root, NULL);
	g_autoptr(LxLevels) levels = NULL;
	GThread *askers[ASKERS], *dispatcher;
	Race race = {0};

	if (!layout)
		return; /* no cgroups here */
	levels = lx_levels_new(root, layout);
	race.identity = lx_identity_new(root, layout, levels, &noon, 100, NULL);
	for (int i = 0; i < ASKERS; i++)
		askers[i] = g_thread_new("asker", ask_for_self, &race);
	dispatcher = g_thread_new("dispatcher", dispatch, &race);
	for (int i = 0; i < ASKERS; i++)
		g_thread_join(askers[i]);
	g_thread_join(dispatcher);
	ck_assert_int_eq(race.wrong, 0);
	lx_identity_free(race.identity);
}
END_TEST

#define MANY 100

START_TEST(a_long_list_has_each_container_once)
{
	tasks_autohost host = tasks_host_new();
	g_autoptr(LxIdentity) identity =
		lx_identity_new(host.root, host.layout, host.levels, &noon, 4096, NULL);
	g_autoptr(GPtrArray) list = NULL;

	for (unsigned i = 0; i < 3 * MANY; i++) {
		g_autofree char *cgroup = g_strdup_printf("/lxc/c%03u", i / 3);

		tasks_add(&host, &(TasksTask){.tid = (pid_t)(1000 + i), .cgroup = cgroup});
		tasks_add_cgroup(&host, cgroup, "");
	}
	list = lx_identity_list(identity, NULL);
	ck_assert_uint_eq(list->len, MANY);
	for (unsigned i = 0; i < MANY; i++) {
		g_autofree char *id = g_strdup_printf("c%03u", i);

		ck_assert_str_eq(((const LxContainer *)list->pdata[i])->id, id);
	}
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		every_answer_is_right_whatever_happens_to_the_cache,
		threads_of_a_live_process_are_where_it_is,
		a_long_list_has_each_container_once,
		NULL,
	};

	return unit_suite_new("identity/threads", tests);
}
