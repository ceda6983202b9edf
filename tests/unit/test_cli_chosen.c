/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/chosen.h"
#include "tasks.h"

#include <errno.h>
#include <string.h>

/* Containers "/box-one", "/box-one-more" and "/crate", as processes 12, 14 and 16. */
static TasksHost host_with_containers(void)
{
	static const TasksTask tasks[] = {
		{.tid = 12,
			.cgroup = "/box-one",
			.cgroupns = 11,
			.pidns = 21,
			.pids = "12\t1",
			.mountinfo = "/box-one"},
		{.tid = 14,
			.cgroup = "/box-one-more",
			.cgroupns = 12,
			.pidns = 22,
			.pids = "14\t1",
			.mountinfo = "/box-one-more"},
		{.tid = 16,
			.cgroup = "/crate",
			.cgroupns = 13,
			.pidns = 23,
			.pids = "16\t1",
			.mountinfo = "/crate"},
	};
	TasksHost host = tasks_host_new();

	tasks_add_all(&host, tasks, G_N_ELEMENTS(tasks));
	tasks_add_cgroup(&host, "/box-one", "12\n");
	tasks_add_cgroup(&host, "/box-one-more", "14\n");
	tasks_add_cgroup(&host, "/crate", "16\n");
	return host;
}

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "aaaaaaaabbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
#define D "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
#define TASK(number, path) \
	{ \
		.tid = number, .cgroup = path, .cgroupns = number, .pidns = number, \
		.pids = #number "\t1", .mountinfo = path \
	}

static void put_docker(const TasksHost *host, const char *id, const char *inner)
{
	g_autofree char *path = g_build_filename(
		host->folder, "var/lib/docker/containers", id, "config.v2.json", NULL);
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *text = g_strdup_printf("{\"ID\":\"%s\",%s}", id, inner);

	ck_assert_int_eq(g_mkdir_with_parents(folder, 0755), 0);
	ck_assert(g_file_set_contents(path, text, -1, NULL));
}

#define POD(more) \
	"\"Config\":{\"Labels\":{\"io.kubernetes.pod.name\":\"shop\"," \
	"\"io.kubernetes.pod.namespace\":\"default\"," more "}}"

/* Docker's "web" (12), and a pod of a sandbox (14) and two containers (16, 18). */
static TasksHost host_with_names(void)
{
	static const TasksTask tasks[] = {TASK(12, "/docker/" A), TASK(14, "/docker/" B),
		TASK(16, "/docker/" C), TASK(18, "/docker/" D)};
	TasksHost host = tasks_host_new();

	for (size_t i = 0; i < G_N_ELEMENTS(tasks); i++)
		tasks_add_cgroup(&host, tasks[i].cgroup, "");
	tasks_add_all(&host, tasks, G_N_ELEMENTS(tasks));
	put_docker(&host, A, "\"Name\":\"/web\"");
	put_docker(&host, B, POD("\"io.kubernetes.docker.type\":\"podsandbox\""));
	put_docker(&host, C, POD("\"io.kubernetes.container.name\":\"nginx\""));
	put_docker(&host, D, POD("\"io.kubernetes.container.name\":\"cache\""));
	return host;
}

/* "name=pid" or "name: why" for each that is chosen. */
static char *choose_on(TasksHost made, const char *const *names, const char *runtime)
{
	tasks_autohost host = made;
	g_autoptr(GError) error = NULL;
	g_autoptr(GArray) chosen = NULL;
	GString *answer = g_string_new(NULL);
	LxSettings settings;

	lx_settings_init(&settings);
	settings.sysroot = host.folder;
	chosen = lx_chosen_find(
		&(LxChoice){.library = &settings, .names = names, .runtime = runtime}, &error);
	unit_ok(chosen != NULL, error);
	for (unsigned i = 0; i < chosen->len; i++) {
		const LxChosen *one = &g_array_index(chosen, LxChosen, i);

		g_string_append_printf(answer, "%s%s", i ? ", " : "", one->name);
		if (one->why)
			g_string_append_printf(answer, ": %s", one->why);
		else
			g_string_append_printf(answer, "=%d", (int)one->pid);
	}
	return g_string_free(answer, FALSE);
}

static void check(const char *const *names, const char *runtime, const char *expected)
{
	g_autofree char *seen = choose_on(host_with_containers(), names, runtime);

	ck_assert_str_eq(seen, expected);
}

static void check_name(const char *name, const char *expected)
{
	g_autofree char *seen = choose_on(host_with_names(), (const char *[]){name, NULL}, NULL);
	g_autofree char *whole = g_strconcat(name, expected, NULL);

	ck_assert_str_eq(seen, whole);
}

#define NAMES(...) ((const char *[]){__VA_ARGS__, NULL})

START_TEST(without_names_all_are_chosen)
{
	check(NULL, NULL, "box-one=12, box-one-more=14, crate=16");
	check(NULL, "plain", "box-one=12, box-one-more=14, crate=16");
	check(NULL, "docker", "");
}
END_TEST

START_TEST(an_id_is_one_even_if_another_begins_so)
{
	check(NAMES("box-one"), NULL, "box-one=12");
	check(NAMES("crate", "box-one-more"), NULL, "crate=16, box-one-more=14");
}
END_TEST

START_TEST(the_beginning_of_one_id_will_do)
{
	check(NAMES("c"), NULL, "c=16");
	check(NAMES("box-one-"), NULL, "box-one-=14");
}
END_TEST

START_TEST(the_beginning_of_several_is_refused_with_their_names)
{
	check(NAMES("box"), NULL, "box: it may be box-one or box-one-more; name more of it");
	check(NAMES(""), NULL, ": it may be box-one or box-one-more or crate; name more of it");
}
END_TEST

START_TEST(what_is_neither_a_process_nor_an_id_is_told)
{
	check(NAMES("barrel"), NULL,
		"barrel: there is no such process, id or name; lxfs ps lists those that are known");
	check(NAMES("2147483647"), NULL,
		"2147483647: there is no such process, id or name; lxfs ps lists those that are "
		"known");
	check(NAMES("-1"), NULL,
		"-1: there is no such process, id or name; lxfs ps lists those that are known");
	check(NAMES("0"), NULL,
		"0: there is no such process, id or name; lxfs ps lists those that are known");
}
END_TEST

START_TEST(a_name_is_as_good_as_an_id)
{
	check_name("web", "=12");
	check_name(A, "=12");
	check_name("aaaaaaaaa", "=12");
	check_name("default/shop/nginx", "=16");
	check_name("shop/cache", "=18");
	check_name(
		"we", ": there is no such process, id or name; lxfs ps lists those that are known");
}
END_TEST

START_TEST(a_pod_is_its_containers_and_not_its_sandbox)
{
	check_name("default/shop", ": it may be cccccccccccc (default/shop/nginx) or "
				   "dddddddddddd (default/shop/cache); name more of it");
	check_name("shop", ": it may be cccccccccccc (default/shop/nginx) or "
			   "dddddddddddd (default/shop/cache); name more of it");
	check_name("bbbb",
		": there is no such process, id or name; lxfs ps lists those that are known");
	check_name("aaaaaaaab", "=14");
	check_name("aaaa", ": it may be aaaaaaaaaaaa or aaaaaaaabbbb; name more of it");
}
END_TEST

START_TEST(a_number_is_the_process_that_has_it)
{
	g_autofree char *self = g_strdup_printf("%d", (int)getpid());
	g_autofree char *expected = g_strdup_printf("%s=%s, crate=16", self, self);

	check(NAMES(self, "crate"), NULL, expected);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {without_names_all_are_chosen,
		an_id_is_one_even_if_another_begins_so, the_beginning_of_one_id_will_do,
		the_beginning_of_several_is_refused_with_their_names,
		what_is_neither_a_process_nor_an_id_is_told, a_name_is_as_good_as_an_id,
		a_pod_is_its_containers_and_not_its_sandbox, a_number_is_the_process_that_has_it,
		NULL};

	return unit_suite_new("cli/chosen", tests);
}
