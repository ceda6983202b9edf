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

/* "name=pid" or "name: why" for each that is chosen. */
static char *choose(const char *const *names, const char *runtime)
{
	tasks_autohost host = host_with_containers();
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
	g_autofree char *seen = choose(names, runtime);

	ck_assert_str_eq(seen, expected);
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
	check(NAMES(""), NULL, ": it may be box-one or box-one-more; name more of it");
}
END_TEST

START_TEST(what_is_neither_a_process_nor_an_id_is_told)
{
	check(NAMES("barrel"), NULL, "barrel: there is no such process or container");
	check(NAMES("2147483647"), NULL, "2147483647: there is no such process or container");
	check(NAMES("-1"), NULL, "-1: there is no such process or container");
	check(NAMES("0"), NULL, "0: there is no such process or container");
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
		what_is_neither_a_process_nor_an_id_is_told, a_number_is_the_process_that_has_it,
		NULL};

	return unit_suite_new("cli/chosen", tests);
}
