/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "metrics/containers.h"

#include "unit.h"

#include <string.h>

static const LxContainerInfo web = {.id = "web", .runtime = "docker"};
static const LxContainerInfo odd = {.id = "a\"b\\c", .runtime = "docker"};
static const LxContainerInfo box = {.id = "box", .runtime = "lxc"};

static void has_line(const GString *text, const char *line)
{
	g_auto(GStrv) lines = g_strsplit(text->str, "\n", -1);

	ck_assert_msg(g_strv_contains((const char *const *)lines, line), "no line %s in\n%s", line,
		text->str);
}

START_TEST(containers_are_counted_by_runtime)
{
	const LxContainerMetrics containers[] = {{.info = &web}, {.info = &box}, {.info = &odd}};
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GString) none = g_string_new(NULL);

	lx_container_metrics_count(containers, 3, text);
	ck_assert_str_eq(strchr(strchr(text->str, '\n') + 1, '\n') + 1,
		"lxfs_containers{runtime=\"docker\"} 2\n"
		"lxfs_containers{runtime=\"lxc\"} 1\n");
	lx_container_metrics_count(NULL, 0, none);
	ck_assert_ptr_null(strchr(none->str, '{'));
}
END_TEST

START_TEST(figures_have_their_units)
{
	const LxContainerMetrics container = {.info = &web,
		.figures = {.have = LX_FIGURES_ALL,
			.n_cpus = 2,
			.cpu_nsec = 1500000000,
			.memory_bytes = 268435456,
			.load_hundredths = {5, 100, 1234}}};
	g_autoptr(GString) text = g_string_new(NULL);

	lx_container_metrics_render(&container, 1, text);
#define WEB "{id=\"web\",runtime=\"docker\"}"
	has_line(text, "lxfs_container_cpus" WEB " 2");
	has_line(text, "lxfs_container_cpu_seconds_total" WEB " 1.5");
	has_line(text, "lxfs_container_memory_bytes" WEB " 268435456");
	has_line(text, "lxfs_container_load{id=\"web\",runtime=\"docker\",window=\"1m\"} 0.05");
	has_line(text, "lxfs_container_load{id=\"web\",runtime=\"docker\",window=\"15m\"} 12.34");
}
END_TEST

START_TEST(what_is_absent_is_left_out)
{
	const LxContainerMetrics container = {.info = &web, .figures = {.have = LX_FIGURE_CPUS}};
	g_autoptr(GString) text = g_string_new(NULL);

	lx_container_metrics_render(&container, 1, text);
	has_line(text, "lxfs_container_cpus" WEB " 0");
	ck_assert_ptr_null(strstr(text->str, "lxfs_container_tasks{"));
	ck_assert_ptr_null(strstr(text->str, "lxfs_container_load{"));
}
END_TEST

/* All samples of a metric stand together; an id is whatever a container was called. */
START_TEST(samples_stand_together_and_ids_are_escaped)
{
	const LxContainerMetrics containers[] = {
		{.info = &web, .figures = {.have = LX_FIGURE_CPUS, .n_cpus = 1}},
		{.info = &odd, .figures = {.have = LX_FIGURE_CPUS, .n_cpus = 2}}};
	g_autoptr(GString) text = g_string_new(NULL);

	lx_container_metrics_render(containers, 2, text);
	ck_assert_ptr_nonnull(strstr(text->str,
		"lxfs_container_cpus" WEB " 1\n"
		"lxfs_container_cpus{id=\"a\\\"b\\\\c\",runtime=\"docker\"} 2\n"));
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		containers_are_counted_by_runtime,
		figures_have_their_units,
		what_is_absent_is_left_out,
		samples_stand_together_and_ids_are_escaped,
		NULL,
	};

	return unit_suite_new("metrics/containers", tests);
}
