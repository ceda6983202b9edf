/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "render/stat.h"

#define TICK UINT64_C(10000000)

static LxStatLine lines[] = {
	{LX_STAT_CPU, "cpu", 10},
	{LX_STAT_OTHER, "intr", 19},
	{LX_STAT_CTXT, "ctxt", 1},
	{LX_STAT_BTIME, "btime", 1},
	{LX_STAT_PROCESSES, "processes", 1},
	{LX_STAT_PROCS_RUNNING, "procs_running", 1},
	{LX_STAT_PROCS_BLOCKED, "procs_blocked", 1},
	{LX_STAT_OTHER, "softirq", 3},
	{LX_STAT_OTHER, "new", 0},
};

static LxCpuTimesRow rows[] = {
	{2, 2, {{1 * TICK, 2 * TICK, 3 * TICK}, 4 * TICK, 5 * TICK + TICK - 1}},
	{17, 3, {{0}, UINT64_MAX, 0}},
};

static const LxCpuTimes times = {
	{{11 * TICK, 12 * TICK, 13 * TICK}, 14 * TICK, 15 * TICK}, 2, rows};

static char *told(unsigned n_columns, unsigned n_lines, const LxTaskCounts *tasks)
{
	LxStatShape shape = {n_lines, lines};
	LxLifetime lifetime = {.btime_sec = 1700000000, .processes = 4711};
	LxStatNumbers numbers = {&shape, &times, &lifetime, tasks, 100};
	GString *text = g_string_new("before ");

	lines[0].n_values = n_columns;
	lx_render_stat(&numbers, text);
	return g_string_free(text, FALSE);
}

START_TEST(the_text_is_the_kernels)
{
	g_autofree char *text =
		told(10, G_N_ELEMENTS(lines), &(LxTaskCounts){.running = 3, .blocked = 2});

	ck_assert_str_eq(text, "before cpu  11 12 13 14 0 0 0 15 0 0\n"
			       "cpu2 1 2 3 4 0 0 0 5 0 0\n"
			       "cpu3 0 0 0 1844674407370 0 0 0 0 0 0\n"
			       "intr 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
			       "ctxt 0\n"
			       "btime 1700000000\n"
			       "processes 4711\n"
			       "procs_running 3\n"
			       "procs_blocked 2\n"
			       "softirq 0 0 0\n"
			       "new\n");
}
END_TEST

START_TEST(the_reader_runs)
{
	g_autofree char *text = told(1, 6, &(LxTaskCounts){0});

	ck_assert_str_eq(strstr(text, "procs_running"), "procs_running 1\n");
}
END_TEST

START_TEST(there_are_as_many_columns_as_the_host_prints)
{
	static const struct {
		unsigned n_columns;
		const char *first;
	} cases[] = {
		{0, "before cpu \ncpu2\ncpu3\n"},
		{4, "before cpu  11 12 13 14\ncpu2 1 2 3 4\ncpu3 0 0 0 1844674407370\n"},
		{8, "before cpu  11 12 13 14 0 0 0 15\ncpu2 1 2 3 4 0 0 0 5\n"
		    "cpu3 0 0 0 1844674407370 0 0 0 0\n"},
		{12, "before cpu  11 12 13 14 0 0 0 15 0 0 0 0\ncpu2 1 2 3 4 0 0 0 5 0 0 0 0\n"
		     "cpu3 0 0 0 1844674407370 0 0 0 0 0 0 0 0\n"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = told(cases[i].n_columns, 1, &(LxTaskCounts){0});

		ck_assert_str_eq(text, cases[i].first);
	}
}
END_TEST

START_TEST(thousands_of_interrupts_are_thousands_of_zeros)
{
	LxStatLine intr = {LX_STAT_OTHER, "intr", 5003};
	LxStatShape shape = {1, &intr};
	LxStatNumbers numbers = {.shape = &shape};
	g_autoptr(GString) text = g_string_new(NULL);

	lx_render_stat(&numbers, text);
	ck_assert_uint_eq(text->len, 4 + 2 * 5003 + 1);
	ck_assert_str_eq(text->str + text->len - 5, " 0 0\n");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		the_text_is_the_kernels,
		the_reader_runs,
		there_are_as_many_columns_as_the_host_prints,
		thousands_of_interrupts_are_thousands_of_zeros,
		NULL,
	};

	return unit_suite_new("render/stat", tests);
}
