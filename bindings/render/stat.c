/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of /proc/stat (fs/proc/stat.c). */
#include "render/stat.h"

#include "base/number.h"
#include "render/number.h"

#define NSEC_PER_SEC UINT64_C(1000000000)
#define N_COLUMNS 10

/* The line of interrupts has thousands of values. */
static void append_zeros(GString *text, unsigned n)
{
	static const char zeros[] = " 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0";
	const unsigned whole = (sizeof zeros - 1) / 2;

	for (; n >= whole; n -= whole)
		g_string_append_len(text, zeros, sizeof zeros - 1);
	g_string_append_len(text, zeros, 2 * n);
}

static void append_columns(
	GString *text, const LxStatNumbers *numbers, const LxCpuTime *time, unsigned n_columns)
{
	const uint64_t nsec[N_COLUMNS] = {time->busy.user_nsec, time->busy.nice_nsec,
		time->busy.system_nsec, time->idle_nsec, [7] = time->steal_nsec};

	for (unsigned i = 0; i < n_columns && i < N_COLUMNS; i++) {
		g_string_append_c(text, ' ');
		lx_number_append(
			text, lx_number_scale(nsec[i], numbers->ticks_per_second, NSEC_PER_SEC), 0);
	}
	if (n_columns > N_COLUMNS)
		append_zeros(text, n_columns - N_COLUMNS);
	g_string_append_c(text, '\n');
}

static void append_cpus(GString *text, const LxStatNumbers *numbers, unsigned n_columns)
{
	g_string_append(text, "cpu ");
	append_columns(text, numbers, &numbers->times->total, n_columns);
	for (unsigned i = 0; i < numbers->times->n_rows; i++) {
		const LxCpuTimesRow *row = &numbers->times->rows[i];

		g_string_append(text, "cpu");
		lx_number_append(text, row->number, 0);
		append_columns(text, numbers, &row->time, n_columns);
	}
}

static void append_pair(GString *text, const char *name, uint64_t number)
{
	g_string_append(text, name);
	g_string_append_c(text, ' ');
	lx_number_append(text, number, 0);
	g_string_append_c(text, '\n');
}

static void append_line(GString *text, const LxStatNumbers *numbers, const LxStatLine *line)
{
	switch (line->kind) {
	case LX_STAT_CPU:
		append_cpus(text, numbers, line->n_values);
		return;
	case LX_STAT_BTIME:
		append_pair(text, line->name, numbers->lifetime->btime_sec);
		return;
	case LX_STAT_PROCESSES:
		append_pair(text, line->name, numbers->lifetime->processes);
		return;
	case LX_STAT_PROCS_RUNNING: /* the reader is */
		append_pair(text, line->name, lx_number_max(numbers->tasks->running, 1));
		return;
	case LX_STAT_PROCS_BLOCKED:
		append_pair(text, line->name, numbers->tasks->blocked);
		return;
	case LX_STAT_CTXT:
	case LX_STAT_OTHER:
		g_string_append(text, line->name);
		append_zeros(text, line->n_values);
		g_string_append_c(text, '\n');
		return;
	}
}

void lx_render_stat(const LxStatNumbers *numbers, GString *text)
{
	for (unsigned i = 0; i < numbers->shape->n_lines; i++)
		append_line(text, numbers, &numbers->shape->lines[i]);
}
