/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "instance.h"

#include "unit.h"

#include <errno.h>
#include <string.h>

/* A runtime folder in which a mount point is remembered, and a settings file that names others. */
static char *host_new(void)
{
	return unit_folder_new((const char *const[]){"run/mountpoint", "/remembered\n", "lxfs.conf",
		"[lxfs]\nruntime-dir=/configured/run\nmountpoint=/configured\n", "broken.conf",
		"[lxfs]\nmountpoint=/before\nswap=perhaps\nruntime-dir=/after\n", NULL});
}

/* A verb's command line, with `host` for the "@" that an argument begins with. */
static void parse(LxInstance *instance, const char *host, const char *line)
{
	const GOptionEntry entries[] = {LX_INSTANCE_OPTIONS(instance), {NULL}};
	g_autoptr(GOptionContext) options = g_option_context_new(NULL);
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) parts = g_strsplit(line, "@", -1);
	g_autofree char *whole = g_strjoinv(host, parts);
	g_auto(GStrv) argv = g_strsplit(whole, " ", -1);

	g_option_context_add_main_entries(options, entries, NULL);
	unit_ok(g_option_context_parse_strv(options, &argv, &error), error);
	ck_assert_uint_eq(g_strv_length(argv), 1); /* the verb alone is left */
}

/* "runtime folder, mount point" of this command line, with "@" for the folder of the host. */
static void check(const char *line, const char *expected)
{
	unit_autofolder host = host_new();
	g_auto(LxInstance) instance = {0};
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) parts = NULL;
	g_autofree char *found = NULL;
	g_autofree char *seen = NULL;

	parse(&instance, host, line);
	unit_ok(lx_instance_load(&instance, instance.config ? instance.config : "", &error), error);
	lx_instance_find(&instance);
	found = g_strdup_printf("%s, %s", instance.runtime_dir, instance.mountpoint);
	parts = g_strsplit(found, host, -1);
	seen = g_strjoinv("@", parts);
	ck_assert_str_eq(seen, expected);
}

START_TEST(without_options_it_is_that_of_the_settings)
{
	check("verb --config @/lxfs.conf", "/configured/run, /configured");
}
END_TEST

START_TEST(a_settings_file_that_is_not_there_leaves_the_defaults)
{
	check("verb --config @/none.conf --runtime-dir /none", "/none, /var/lib/lxfs");
}
END_TEST

START_TEST(the_mountpoint_is_as_the_runtime_folder_remembers)
{
	check("verb --config @/lxfs.conf --runtime-dir @/run", "@/run, /remembered");
}
END_TEST

START_TEST(what_is_given_is_neither_configured_nor_remembered)
{
	check("verb --config @/lxfs.conf --runtime-dir @/run --mountpoint /given", "@/run, /given");
	check("verb --config @/lxfs.conf --mountpoint /given", "/configured/run, /given");
}
END_TEST

START_TEST(folders_become_absolute_and_plain)
{
	g_autofree char *here = g_get_current_dir();
	g_autofree char *below = g_build_filename(here, "below", NULL);
	g_autofree char *expected = g_strdup_printf("%s, /a/c", below);

	check("verb --runtime-dir ./below --mountpoint /a//b/../c/", expected);
}
END_TEST

START_TEST(settings_that_are_no_good_are_told_and_leave_an_instance)
{
	unit_autofolder host = host_new();
	g_autofree char *path = g_build_filename(host, "broken.conf", NULL);
	g_auto(LxInstance) instance = {0};
	g_autoptr(GError) error = NULL;

	unit_fails(lx_instance_load(&instance, path, &error), error, EINVAL, "swap");
	lx_instance_find(&instance);
	ck_assert_str_eq(instance.settings.mountpoint, "/before");
	ck_assert_str_eq(instance.runtime_dir, instance.settings.runtime_dir);
	ck_assert_str_eq(instance.runtime_dir, "/run/lxfs");
}
END_TEST

START_TEST(one_that_was_never_loaded_can_be_cleared)
{
	LxInstance instance = {0};

	lx_instance_clear(&instance);
	ck_assert_ptr_null(instance.runtime_dir);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {without_options_it_is_that_of_the_settings,
		a_settings_file_that_is_not_there_leaves_the_defaults,
		the_mountpoint_is_as_the_runtime_folder_remembers,
		what_is_given_is_neither_configured_nor_remembered,
		folders_become_absolute_and_plain,
		settings_that_are_no_good_are_told_and_leave_an_instance,
		one_that_was_never_loaded_can_be_cleared, NULL};

	return unit_suite_new("instance", tests);
}
