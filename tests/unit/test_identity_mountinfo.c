/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "identity/mountinfo.h"

static LxLayout hybrid = {
	.n_hierarchies = 4,
	.hierarchies =
		{
			{.v2 = false, .mount = (char *)"m", .controllers = (char *)"memory"},
			{.v2 = false, .mount = (char *)"c", .controllers = (char *)"cpu,cpuacct"},
			{.v2 = true, .mount = (char *)"u", .controllers = (char *)""},
			{.v2 = false, .mount = (char *)"s", .controllers = (char *)"name=systemd"},
		},
};

#define MEMORY(root) \
	"30 20 0:30 " root " /sys/fs/cgroup/memory ro,nosuid - cgroup cgroup rw,memory\n"
#define CPU(root) "31 20 0:31 " root " /c ro master:7 shared:2 - cgroup cgroup rw,cpu,cpuacct\n"
#define V2(root) "32 20 0:32 " root " /u ro - cgroup2 cgroup2 rw,nsdelegate\n"
#define SYSTEMD(root) "33 20 0:33 " root " /s ro - cgroup systemd rw,xattr,name=systemd\n"

static const struct {
	const char *text, *expected; /* "-" is none */
} rows[] = {
	{MEMORY("/a") CPU("/b") V2("/c") SYSTEMD("/d"), "/a /b /c /d"},
	{MEMORY("/a"), "/a - - -"},
	{"", "- - - -"},
	{"\n\n", "- - - -"},
	{"31 20 0:31 /b /c ro - cgroup cgroup rw,cpuacct,cpu", "- /b - -"},
	{"31 20 0:31 /b /c ro - cgroup cgroup rw,cpu\n", "- - - -"},
	{"31 20 0:31 /b /c ro - tmpfs cgroup rw,memory\n", "- - - -"},
	/* Of several the one nearest to the root, but for the root itself. */
	{MEMORY("/") MEMORY("/a/b") MEMORY("/a") MEMORY("/a/c"), "/a - - -"},
	{MEMORY("/a") MEMORY("/"), "/a - - -"},
	{MEMORY("/"), "/ - - -"},
	/* What cannot be used or understood is passed over. */
	{MEMORY("/..") V2("/../x"), "- - - -"},
	{MEMORY("relative") V2("/c"), "- - /c -"},
	{V2("/a\\040b"), "- - /a b -"},
	{V2("/a\\134\\"), "- - /a\\\\ -"},
	{"garbage\n" V2("/c"), "- - /c -"},
	{"30 20 0:30 /a /m ro cgroup cgroup rw,memory\n", "- - - -"},
	{"30 20 0:30 /a /m ro - cgroup cgroup\n", "- - - -"},
	{"30 20 0:30 /a /m ro -\n", "- - - -"},
	{"30 20 0:30\n", "- - - -"},
	{"30 20 0:30 /a /m ro - cgroup cgroup rw,memory unknown extra\n", "/a - - -"},
	{"30 20 0:30 /a /m ro - cgroup cgroup ,,memory,\n", "/a - - -"},
};

START_TEST(the_roots_of_cgroup_mounts_are_found)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_auto(LxMembership) roots = {0};
		g_autoptr(GString) got = g_string_new(NULL);

		lx_mountinfo_cgroup_roots(&hybrid, lx_slice(rows[i].text), &roots);
		for (unsigned h = 0; h < hybrid.n_hierarchies; h++)
			g_string_append_printf(
				got, "%s%s", h ? " " : "", roots.paths[h] ? roots.paths[h] : "-");
		ck_assert_str_eq(got->str, rows[i].expected);
	}
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		the_roots_of_cgroup_mounts_are_found,
		NULL,
	};

	return unit_suite_new("identity/mountinfo", tests);
}
