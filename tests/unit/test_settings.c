/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "settings.h"

#include "unit.h"

#include <errno.h>
#include <string.h>

/* The file that is installed, with every "#key=value" made "key=value". */
static char *shipped_file_with_all_keys(void)
{
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(GRegex) commented = g_regex_new("^#([a-z-]+=)", G_REGEX_MULTILINE, 0, &error);

	ck_assert_ptr_nonnull(commented);
	if (!g_file_get_contents(LXFS_SHIPPED_SETTINGS, &text, NULL, &error))
		ck_abort_msg("%s", error->message);
	return g_regex_replace(commented, text, -1, 0, "\\1", 0, NULL);
}

#define ck_assert_same(field) ck_assert_int_eq(settings.field, defaults.field)

START_TEST(the_shipped_file_says_nothing_but_the_defaults)
{
	g_auto(LxProgramSettings) defaults = {0};
	g_auto(LxProgramSettings) settings = {0};
	g_autofree char *text = shipped_file_with_all_keys();
	g_autoptr(GError) error = NULL;

	lx_settings_defaults(&defaults);
	lx_settings_defaults(&settings);
	unit_ok(lx_settings_parse(&settings, text, &error), error);
	ck_assert_same(library.cpu_view);
	ck_assert_same(library.cpu_numbers);
	ck_assert_same(library.cpu_possible);
	ck_assert_same(library.unknown_caller);
	ck_assert_same(library.swap);
	ck_assert_same(library.load_average);
	ck_assert_same(library.max_containers);
	ck_assert_same(unmount);
	ck_assert_same(hook_strict);
	ck_assert_str_eq(settings.oci_runtime, defaults.oci_runtime);
	ck_assert_str_eq(settings.mountpoint, defaults.mountpoint);
	ck_assert_str_eq(settings.runtime_dir, defaults.runtime_dir);
	ck_assert_uint_eq(settings.threads, 16); /* the most that the default can be */
}
END_TEST

START_TEST(the_shipped_file_as_it_is_sets_nothing)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_auto(GStrv) keys = NULL;
	g_autoptr(GError) error = NULL;

	unit_ok(g_key_file_load_from_file(file, LXFS_SHIPPED_SETTINGS, G_KEY_FILE_NONE, &error),
		error);
	keys = g_key_file_get_keys(file, "lxfs", NULL, &error);
	ck_assert_ptr_nonnull(keys);
	ck_assert_ptr_null(keys[0]);
}
END_TEST

START_TEST(a_key_is_set)
{
	g_auto(LxProgramSettings) settings = {0};
	g_autoptr(GError) error = NULL;

	lx_settings_defaults(&settings);
	unit_ok(lx_settings_parse(&settings,
			"[lxfs]\ncpu-view = cpuset\nswap=off\nthreads=3\nruntime-dir=/a//b/../c/\n",
			&error),
		error);
	ck_assert_int_eq(settings.library.cpu_view, LX_CPU_VIEW_CPUSET);
	ck_assert(!settings.library.swap);
	ck_assert_uint_eq(settings.threads, 3);
	ck_assert_str_eq(settings.runtime_dir, "/a/c");
}
END_TEST

START_TEST(what_a_key_does_not_take_is_refused_by_name)
{
	static const struct {
		const char *text;
		const char *message;
	} rows[] = {
		{"[lxfs]\nswap=perhaps\n", "setting swap to \"perhaps\": it takes on|off"},
		{"[lxfs]\nthreads=0\n", "setting threads to \"0\": it takes NUMBER"},
		{"[lxfs]\nthreads=65\n", "setting threads to \"65\": it takes NUMBER"},
		{"[lxfs]\nmountpoint=views\n", "setting mountpoint to \"views\": it takes DIR"},
		{"[lxfs]\ncpu-view=Quota\n",
			"setting cpu-view to \"Quota\": it takes quota|cpuset|shares|host"},
		{"[lxfs]\ncolour=blue\n", "setting colour: there is no such key"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_auto(LxProgramSettings) settings = {0};
		g_autoptr(GError) error = NULL;

		lx_settings_defaults(&settings);
		ck_assert(!lx_settings_parse(&settings, rows[i].text, &error));
		ck_assert_str_eq(error->message, rows[i].message);
		ck_assert_int_eq(lx_error_code(error), EINVAL);
	}
}
END_TEST

START_TEST(garbage_is_refused)
{
	g_auto(LxProgramSettings) settings = {0};
	g_autoptr(GError) error = NULL;

	lx_settings_defaults(&settings);
	ck_assert(!lx_settings_parse(&settings, "swap=off\n", &error));
	ck_assert(g_str_has_prefix(error->message, "reading the settings: "));
}
END_TEST

static bool load(const char *text, size_t bytes, LxProgramSettings *settings, GError **error)
{
	unit_autofolder folder = unit_folder_new(NULL);
	g_autofree char *path = g_build_filename(folder, "lxfs.conf", NULL);

	ck_assert(g_file_set_contents(path, text, (gssize)bytes, NULL));
	lx_settings_defaults(settings);
	return lx_settings_load(settings, path, error);
}

static char *long_text(size_t bytes)
{
	return g_strdup_printf("%*s", (int)bytes, "\n[lxfs]\nthreads=7");
}

START_TEST(the_longest_file_is_read_to_its_end)
{
	g_autofree char *text = long_text(LX_SETTINGS_BYTES - 1);
	g_auto(LxProgramSettings) settings = {0};
	g_autoptr(GError) error = NULL;

	unit_ok(load(text, strlen(text), &settings, &error), error);
	ck_assert_uint_eq(settings.threads, 7);
}
END_TEST

START_TEST(a_longer_file_is_refused)
{
	g_autofree char *text = long_text(LX_SETTINGS_BYTES);
	g_auto(LxProgramSettings) settings = {0};
	g_autoptr(GError) error = NULL;

	unit_fails(load(text, strlen(text), &settings, &error), error, EINVAL,
		"longer than 16383 bytes");
}
END_TEST

START_TEST(a_file_with_a_zero_byte_is_refused)
{
	static const char text[] = "[lxfs]\n\0threads=7\n";
	g_auto(LxProgramSettings) settings = {0};
	g_autoptr(GError) error = NULL;

	unit_fails(load(text, sizeof text, &settings, &error), error, EINVAL, "zero byte");
}
END_TEST

START_TEST(a_file_that_is_not_there_says_nothing)
{
	unit_autofolder folder = unit_folder_new(NULL);
	g_autofree char *path = g_build_filename(folder, "lxfs.conf", NULL);
	g_auto(LxProgramSettings) settings = {0};
	g_autoptr(GError) error = NULL;

	lx_settings_defaults(&settings);
	unit_ok(lx_settings_load(&settings, path, &error), error);
	ck_assert_str_eq(settings.mountpoint, "/var/lib/lxfs");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		the_shipped_file_says_nothing_but_the_defaults,
		the_shipped_file_as_it_is_sets_nothing,
		a_key_is_set,
		what_a_key_does_not_take_is_refused_by_name,
		garbage_is_refused,
		the_longest_file_is_read_to_its_end,
		a_longer_file_is_refused,
		a_file_with_a_zero_byte_is_refused,
		a_file_that_is_not_there_says_nothing,
		NULL,
	};

	return unit_suite_new("settings", tests);
}
