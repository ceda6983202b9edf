/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "cgroup/membership.h"

#include <errno.h>

static LxLayout hybrid = {
	.n_hierarchies = 3,
	.hierarchies =
		{
			{.v2 = false, .mount = (char *)"m", .controllers = (char *)"memory"},
			{.v2 = false, .mount = (char *)"c", .controllers = (char *)"cpu,cpuacct"},
			{.v2 = true, .mount = (char *)"u", .controllers = (char *)""},
		},
};

static void parse(const char *text, LxMembership *out)
{
	g_autoptr(GError) error = NULL;

	unit_ok(lx_membership_parse(&hybrid, lx_slice(text), "proc/7/cgroup", out, &error), error);
}

START_TEST(each_line_goes_to_its_hierarchy)
{
	g_auto(LxMembership) at = {0};

	parse("9:name=systemd:/x\n4:memory:/docker/1:2\n2:cpu,cpuacct:/\n0::/user.slice\n", &at);
	ck_assert_str_eq(at.paths[0], "/docker/1:2");
	ck_assert_str_eq(at.paths[1], "/");
	ck_assert_str_eq(at.paths[2], "/user.slice");
	ck_assert(!lx_membership_is_root(&at));
}
END_TEST

START_TEST(a_zombies_path_loses_its_mark)
{
	g_auto(LxMembership) at = {0};

	parse("4:memory:/gone (deleted)", &at);
	ck_assert_str_eq(at.paths[0], "/gone");
	ck_assert_ptr_null(at.paths[1]);
}
END_TEST

START_TEST(garbage_is_refused_and_leaves_the_result_alone)
{
	static const char *const rows[] = {
		"garbage\n", "4:memory\n", "4:memory:relative\n", "::\n"};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		LxMembership at = {0};

		unit_fails(lx_membership_parse(
				   &hybrid, lx_slice(rows[i]), "proc/7/cgroup", &at, &error),
			error, EINVAL, "proc/7/cgroup");
		ck_assert_ptr_null(at.paths[0]);
	}
}
END_TEST

START_TEST(what_is_within_goes_by_whole_components)
{
	ck_assert(lx_membership_is_within("/docker/1", "/docker/1"));
	ck_assert(lx_membership_is_within("/docker/1/app", "/docker/1"));
	ck_assert(lx_membership_is_within("/docker", "/"));
	ck_assert(lx_membership_is_within("/", "/"));
	ck_assert(!lx_membership_is_within("/docker/12", "/docker/1"));
	ck_assert(!lx_membership_is_within("/docker", "/docker/1"));
	ck_assert(!lx_membership_is_within("/", "/docker"));
}
END_TEST

/* A member's path, and one process seen from here and from within. */
START_TEST(the_namespace_root_is_as_deep_as_a_process_elsewhere_says)
{
	static const char *const rows[][4] = {
		{"/docker/1/app", "/", "/../..", "/docker/1"},
		{"/docker/1/app", "/service", "/../../service", "/docker/1"},
		{"/docker/1/app", "/docker/lxfs/x", "/../lxfs/x", "/docker/1"},
		{"/docker/1/app", "/docker/1/x", "/x", "/docker/1"},
		{"/docker/1", "/docker/1", "/", "/docker/1"},
		{"/app", "/app", "/app", "/"},
		{"/", "/", "/", "/"},
		{"/a/..b/c", "/..b/x", "/../../..b/x", "/a/..b"},
		{"/app", "/x", "/outer/x", "/app"},
		{"/app", "/", "/../..", "/app"},
		{"/", "/", "/../..", "/"},
		{"/app", "/..", "/../../../..", "/app"},
		{"/../../pod/c/x", "/", "/../../lxfs/s", "/../../pod/c"},
		{"/../x", "/", "/lxfs", "/.."},
		{"/../x", "/", "/pod/lxfs", "/../x"},
		{"/..x/y", "/", "/..", "/..x"},
		{"/app/x", NULL, "/..", "/app/x"},
		{"/app/x", "/", NULL, "/app/x"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		LxMembership member = {.paths = {(char *)rows[i][0]}};
		LxMembership here = {.paths = {(char *)rows[i][1]}};
		LxMembership within = {.paths = {(char *)rows[i][2]}};
		g_auto(LxMembership) root = {0};

		lx_membership_namespace_root(&member, &here, &within, &root);
		ck_assert_str_eq(root.paths[0], rows[i][3]);
	}
}
END_TEST

START_TEST(init_scope_is_cut_only_at_the_end)
{
	g_auto(LxMembership) at = {0};

	parse("4:memory:/lxc/a/init.scope\n2:cpu,cpuacct:/init.scope\n0::/init.scope/b\n", &at);
	lx_membership_cut_init_scope(&at);
	ck_assert_str_eq(at.paths[0], "/lxc/a");
	ck_assert_str_eq(at.paths[1], "/");
	ck_assert_str_eq(at.paths[2], "/init.scope/b");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		each_line_goes_to_its_hierarchy,
		a_zombies_path_loses_its_mark,
		garbage_is_refused_and_leaves_the_result_alone,
		what_is_within_goes_by_whole_components,
		the_namespace_root_is_as_deep_as_a_process_elsewhere_says,
		init_scope_is_cut_only_at_the_end,
		NULL,
	};

	return unit_suite_new("cgroup/membership", tests);
}
