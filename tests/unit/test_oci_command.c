/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "oci/command.h"
#include "unit.h"

START_TEST(the_command_and_its_bundle_are_found)
{
	static const struct {
		const char *line;
		const char *name;
		const char *bundle;
		const char *log;
	} rows[] = {
		{"x", NULL, NULL},
		{"x --version", NULL, NULL},
		{"x -v", NULL, NULL},
		{"x create c", "create", NULL},
		{"x create --bundle /b c", "create", "/b"},
		{"x create --bundle=/b c", "create", "/b"},
		{"x create -b /b c", "create", "/b"},
		{"x create -b=/b c", "create", "/b"},
		{"x create -bundle /b c", "create", "/b"},
		{"x run -d --pid-file p --bundle /b c", "run", "/b"},
		{"x create c --bundle", "create", NULL},
		{"x create --bundled /b c", "create", NULL},
		/* As containerd's shim and conmon call it. */
		{"x --root /run/create --log /l --log-format json create --bundle /b --pid-file /p "
		 "c",
			"create", "/b", "/l"},
		{"x --log=/l --log /m list --log /n", "list", NULL, "/m"},
		{"x --log", NULL, NULL, NULL},
		{"x --cgroup-manager=cgroupfs --systemd-cgroup --log-level debug create -b /b c",
			"create", "/b"},
		{"x --debug --root=/r start c", "start", NULL},
		{"x exec --bundle /b c", "exec", NULL},
		{"x --root", NULL, NULL},
		{"x - create", "-", NULL},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_auto(GStrv) argv = g_strsplit(rows[i].line, " ", -1);
		LxOciCommand command = lx_command_parse((int)g_strv_length(argv), argv);

		ck_assert_pstr_eq(command.name, rows[i].name);
		ck_assert_pstr_eq(command.bundle, rows[i].bundle);
		ck_assert_pstr_eq(command.log, rows[i].log);
	}
}
END_TEST

START_TEST(only_create_and_run_make_a_container)
{
	static const char *const others[] = {"start", "exec", "delete", "state", "spec", "created"};
	LxOciCommand command = {.name = "create"};

	ck_assert(lx_command_makes_container(&command));
	command.name = "run";
	ck_assert(lx_command_makes_container(&command));
	command.name = NULL;
	ck_assert(!lx_command_makes_container(&command));
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
		command.name = others[i];
		ck_assert(!lx_command_makes_container(&command));
	}
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		the_command_and_its_bundle_are_found, only_create_and_run_make_a_container, NULL};

	return unit_suite_new("oci/command", tests);
}
