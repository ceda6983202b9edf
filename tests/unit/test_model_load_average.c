/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "model/load_average.h"
#include "render/loadavg.h"

static char *told(const LxLoadAverage *average)
{
	g_autoptr(GString) text = g_string_new(NULL);

	lx_render_loadavg(average, &(LxTaskCounts){0}, text);
	g_string_truncate(text, text->len - strlen("1/1 0\n") - 1);
	return g_strdup(text->str);
}

/* The kernel's own lines, kernel/sched/loadavg.c and include/linux/sched/loadavg.h. */
static unsigned long kernel_calc_load(unsigned long load, unsigned long exp, unsigned long active)
{
	unsigned long newload = load * exp + active * (2048 - exp);

	if (active >= load)
		newload += 2048 - 1;
	return newload / 2048;
}

static LxLoadAverage kernel_average(unsigned active, unsigned ticks)
{
	static const unsigned long exp[] = {1884, 2014, 2037};
	LxLoadAverage average = {0};

	for (unsigned tick = 0; tick < ticks; tick++)
		for (int i = 0; i < 3; i++)
			average.fixed[i] =
				kernel_calc_load(average.fixed[i], exp[i], active * 2048ul);
	return average;
}

START_TEST(a_constant_load_rises_as_the_kernels_does)
{
	static const unsigned loads[] = {0, 1, 2, 7, 100, 100000};

	for (size_t i = 0; i < G_N_ELEMENTS(loads); i++) {
		LxLoadAverage average = {0};

		for (unsigned tick = 1; tick <= 3000; tick++) {
			LxLoadAverage kernel;

			average = lx_load_average_advance(&average, loads[i], 1);
			if (tick % 100)
				continue;
			kernel = kernel_average(loads[i], tick);
			ck_assert_int_eq(memcmp(&average, &kernel, sizeof kernel), 0);
		}
	}
}
END_TEST

START_TEST(two_running_tasks_give_1_27_after_a_minute)
{
	LxLoadAverage average = {0};
	g_autofree char *text = NULL;

	for (int tick = 0; tick < 12; tick++)
		average = lx_load_average_advance(&average, 2, 1);
	text = told(&average);
	ck_assert_str_eq(text, "1.27 0.37 0.13");
}
END_TEST

START_TEST(missed_ticks_are_made_up_for_at_once)
{
	static const struct {
		unsigned from, active;
		uint64_t ticks;
		const char *text;
	} rows[] = {
		{0, 2, 0, "0.00 0.00 0.00"},
		{0, 2, 12, "1.27 0.36 0.13"},
		{4, 0, 12, "1.47 3.28 3.75"},
		{4, 4, 1000, "4.00 4.00 4.00"},
		{3, 0, 100000, "0.00 0.00 0.00"},
		{3, 5, UINT64_MAX, "5.00 5.00 5.00"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		LxLoadAverage from = lx_load_average_of(rows[i].from);
		LxLoadAverage average =
			lx_load_average_advance(&from, rows[i].active, rows[i].ticks);
		g_autofree char *text = told(&average);

		ck_assert_str_eq(text, rows[i].text);
	}
}
END_TEST

START_TEST(a_load_ends_where_it_goes)
{
	LxLoadAverage average = lx_load_average_of(1);

	for (int tick = 0; tick < 2000; tick++)
		average = lx_load_average_advance(&average, 0, 1);
	for (int i = 0; i < 3; i++)
		ck_assert_uint_eq(average.fixed[i], 0);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_constant_load_rises_as_the_kernels_does,
		two_running_tasks_give_1_27_after_a_minute,
		missed_ticks_are_made_up_for_at_once,
		a_load_ends_where_it_goes,
		NULL,
	};

	return unit_suite_new("model/load_average", tests);
}
