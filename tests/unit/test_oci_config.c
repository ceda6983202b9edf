/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "oci/config.h"
#include "unit.h"

#include <errno.h>
#include <string.h>

#define ROOT "\"root\": {\"path\": \"rootfs\"}"

static bool parse(const char *text, LxOciConfig *out, GError **error)
{
	return lx_config_parse(text, strlen(text), out, error);
}

START_TEST(the_annotation_chooses)
{
	static const struct {
		const char *text;
		bool wanted;
	} rows[] = {
		{"{" ROOT "}", true},
		{"{" ROOT ", \"annotations\": null}", true},
		{"{" ROOT ", \"annotations\": {\"other\": \"disabled\"}}", true},
		{"{" ROOT ", \"annotations\": {\"lxfs.io/inject\": \"enabled\"}}", true},
		{"{" ROOT ", \"annotations\": {\"lxfs.io/inject\": \"disabled\"}}", false},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_auto(LxOciConfig) config = {0};
		g_autoptr(GError) error = NULL;

		unit_ok(parse(rows[i].text, &config, &error), error);
		ck_assert_int_eq(config.wanted, rows[i].wanted);
		ck_assert_str_eq(config.rootfs, "rootfs");
		ck_assert(!config.hooked);
	}
}
END_TEST

START_TEST(what_is_no_configuration_is_refused)
{
	static const struct {
		const char *text;
		const char *word;
	} rows[] = {
		{"", "JSON"},
		{"{\"root\": \"rootfs\"}", "root.path"},
		{"{\"root\": {\"path\": \"\"}}", "root.path"},
		{"{" ROOT ", \"annotations\": {\"lxfs.io/inject\": \"no\"}}",
			"is \"no\": it takes \"enabled\" or \"disabled\""},
		{"{" ROOT ", \"annotations\": {\"lxfs.io/cgroup\": \"\"}}",
			"lxfs.io/cgroup is \"\": it takes"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_auto(LxOciConfig) config = {0};
		g_autoptr(GError) error = NULL;

		unit_fails(parse(rows[i].text, &config, &error), error, EINVAL, rows[i].word);
		ck_assert_ptr_null(config.rootfs);
	}
}
END_TEST

START_TEST(the_cgroup_view_and_affinity_are_for_those_that_ask)
{
	static const struct {
		const char *text;
		bool cgroup, affinity;
	} rows[] = {
		{"{" ROOT "}", false, false},
		{"{" ROOT ", \"annotations\": {\"lxfs.io/inject\": \"enabled\"}}", false, false},
		{"{" ROOT ", \"annotations\": {\"lxfs.io/cgroup\": \"enabled\"}}", true, false},
		{"{" ROOT ", \"annotations\": {\"lxfs.io/cgroup\": \"disabled\"}}", false, false},
		{"{" ROOT ", \"annotations\": {\"lxfs.io/affinity\": \"enabled\"}}", false, true},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_auto(LxOciConfig) config = {0};
		g_autoptr(GError) error = NULL;

		unit_ok(parse(rows[i].text, &config, &error), error);
		ck_assert_int_eq(config.cgroup, rows[i].cgroup);
		ck_assert_int_eq(config.affinity, rows[i].affinity);
		ck_assert(config.wanted);
	}
}
END_TEST

START_TEST(a_mount_of_the_containers_own_covers_a_view)
{
	static const char text[] =
		"{" ROOT
		", \"mounts\": [{\"destination\": \"/proc\"}, {\"destination\": \"/sys/\"},"
		" {\"destination\": \"/proc/./meminfo\"}, {\"destination\": \"/sys/devices/\"},"
		" {\"destination\": 7}, {}, 8]}";
	g_auto(LxOciConfig) config = {0};
	g_autoptr(GError) error = NULL;

	unit_ok(parse(text, &config, &error), error);
	ck_assert(lx_config_mounts_at(&config, "/proc/meminfo"));
	ck_assert(lx_config_mounts_at(&config, "/sys/devices/system/cpu"));
	ck_assert(!lx_config_mounts_at(&config, "/proc/mem"));
	ck_assert(!lx_config_mounts_at(&config, "/proc/stat"));
}
END_TEST

START_TEST(masks_are_seen)
{
	static const struct {
		const char *on_linux;
		bool masks;
	} rows[] = {{"{}", false}, {"null", false}, {"{\"maskedPaths\": []}", false},
		{"{\"maskedPaths\": [\"/proc/kcore\"]}", true},
		{"{\"readonlyPaths\": [\"/proc/sys\"]}", true}};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text =
			g_strdup_printf("{" ROOT ", \"linux\": %s}", rows[i].on_linux);
		g_auto(LxOciConfig) config = {0};
		g_autoptr(GError) error = NULL;

		unit_ok(parse(text, &config, &error), error);
		ck_assert_msg(config.masks == rows[i].masks, "%s", rows[i].on_linux);
	}
}
END_TEST

static const char *const arguments[] = {"lxfs", "hook", "--runtime-dir", "/a \"b\"", NULL};

static char *with_hook(const char *text, GError **error)
{
	return lx_config_with_hook(text, strlen(text), "/usr/bin/lxfs", arguments, error);
}

START_TEST(the_hook_is_added_and_then_found)
{
	g_auto(LxOciConfig) config = {0};
	g_autoptr(GError) error = NULL;
	g_autofree char *text =
		with_hook("{" ROOT ",\"hooks\":{\"createRuntime\":[{\"path\":\"/x\"}]},"
			  "\"n\":18446744073709551615}",
			&error);

	ck_assert_pstr_eq(text,
		"{" ROOT
		",\"hooks\":{\"createRuntime\":[{\"path\":\"/x\"},{\"path\":\"/usr/bin/lxfs\","
		"\"args\":[\"lxfs\",\"hook\",\"--runtime-dir\",\"/a \\\"b\\\"\"]}]},"
		"\"n\":18446744073709551615}");
	unit_ok(parse(text, &config, &error), error);
	ck_assert(config.hooked);
}
END_TEST

START_TEST(a_hook_of_another_program_or_at_another_time_is_not_ours)
{
	static const struct {
		const char *hooks;
		bool hooked;
	} rows[] = {
		{"{\"createRuntime\": [{\"path\": \"/usr/bin/lxfs\", \"args\": [\"lxfs\", "
		 "\"hook\"]}]}",
			true},
		{"{\"prestart\": [{}, {\"path\": \"/opt/lxfs\", \"args\": [\"lxfs\", \"hook\", "
		 "\"-x\"]}]}",
			true},
		{"{\"prestart\": [{\"path\": \"/opt/lxfs\", \"args\": [\"lxfs\"]}]}", false},
		{"{\"prestart\": [{\"path\": \"/opt/lxfs\"}]}", false},
		{"{\"prestart\": [{\"path\": \"/opt/gpu\", \"args\": [\"gpu\", \"hook\"]}]}",
			false},
		{"{\"poststop\": [{\"path\": \"/opt/lxfs\", \"args\": [\"lxfs\", \"hook\"]}]}",
			false},
		{"{\"prestart\": {}}", false},
		{"[]", false},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = g_strdup_printf("{" ROOT ", \"hooks\": %s}", rows[i].hooks);
		g_auto(LxOciConfig) config = {0};
		g_autoptr(GError) error = NULL;

		unit_ok(parse(text, &config, &error), error);
		ck_assert_msg(config.hooked == rows[i].hooked, "%s", rows[i].hooks);
	}
}
END_TEST

START_TEST(hooks_that_are_no_object_are_an_error)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = with_hook("{" ROOT ", \"hooks\": 1}", &error);

	unit_fails(text != NULL, error, EINVAL, "no object");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {the_annotation_chooses, what_is_no_configuration_is_refused,
		the_cgroup_view_and_affinity_are_for_those_that_ask,
		a_mount_of_the_containers_own_covers_a_view, masks_are_seen,
		the_hook_is_added_and_then_found,
		a_hook_of_another_program_or_at_another_time_is_not_ours,
		hooks_that_are_no_object_are_an_error, NULL};

	return unit_suite_new("oci/config", tests);
}
