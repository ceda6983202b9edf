/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The columns of `lxfs ps` and `lxfs top`. */
#include "roster/columns.h"

#include "roster/name.h"
#include "roster/size.h"

#include <inttypes.h>
#include <string.h>

#define ABSENT "-"

/* ---- Cells ------------------------------------------------------------------------------- */

static bool has(const LxRosterRow *row, LxFigure figure)
{
	return row->figures.have & figure;
}

static void append_or_absent(GString *to, const char *text)
{
	g_string_append(to, text && text[0] ? text : ABSENT);
}

static void append_hundredths(GString *to, uint64_t hundredths)
{
	g_string_append_printf(to, "%" PRIu64 ".%02" PRIu64, hundredths / 100, hundredths % 100);
}

/* "12.3": a percentage. */
static void append_percent(GString *to, uint64_t hundredths)
{
	uint64_t tenths = (hundredths + 5) / 10;

	g_string_append_printf(to, "%" PRIu64 ".%" PRIu64, tenths / 10, tenths % 10);
}

static void append_full_id(const LxRosterRow *row, GString *to)
{
	g_autofree char *id = lx_labels_harmless(row->info->id);

	append_or_absent(to, id);
}

static void append_id(const LxRosterRow *row, GString *to)
{
	lx_name_append_id(to, row->info);
}

static void append_name(const LxRosterRow *row, GString *to)
{
	gsize before = to->len;

	lx_name_append(to, row->info, &row->labels);
	if (to->len == before)
		g_string_append(to, ABSENT);
}

static const char *runtime_of(const LxRosterRow *row)
{
	return row->labels.manager ? row->labels.manager : row->info->runtime;
}

static void append_runtime(const LxRosterRow *row, GString *to)
{
	g_string_append(to, runtime_of(row));
}

static void append_pid(const LxRosterRow *row, GString *to)
{
	if (row->info->init_pid)
		g_string_append_printf(to, "%d", (int)row->info->init_pid);
	else
		g_string_append(to, ABSENT);
}

static void append_cpus(const LxRosterRow *row, GString *to)
{
	if (has(row, LX_FIGURE_CPUS))
		g_string_append_printf(to, "%u", row->figures.n_cpus);
	else
		g_string_append(to, ABSENT);
}

static uint64_t memory_used(const LxRosterRow *row)
{
	return row->figures.memory_bytes - row->figures.memory_available_bytes;
}

static void append_size_if(GString *to, bool known, uint64_t bytes)
{
	if (known)
		lx_size_append(to, bytes);
	else
		g_string_append(to, ABSENT);
}

static void append_memory(const LxRosterRow *row, GString *to)
{
	append_size_if(to, has(row, LX_FIGURE_MEMORY), memory_used(row));
}

static void append_limit(const LxRosterRow *row, GString *to)
{
	if (has(row, LX_FIGURE_MEMORY) && !row->figures.memory_limited)
		g_string_append(to, "none");
	else
		append_size_if(to, has(row, LX_FIGURE_MEMORY), row->figures.memory_bytes);
}

static void append_load(const LxRosterRow *row, GString *to)
{
	if (has(row, LX_FIGURE_LOAD))
		append_hundredths(to, row->figures.load_hundredths[0]);
	else
		g_string_append(to, ABSENT);
}

static void append_views(const LxRosterRow *row, GString *to)
{
	if (row->n_attached == 0)
		g_string_append(to, "none");
	else if (row->n_attached == row->n_views)
		g_string_append(to, "all");
	else
		g_string_append_printf(to, "%u/%u", row->n_attached, row->n_views);
}

static void append_health(const LxRosterRow *row, GString *to)
{
	g_string_append(
		to, row->health == LX_HEALTH_NONE ? ABSENT : lx_roster_health_name(row->health));
}

static void append_tasks(const LxRosterRow *row, GString *to)
{
	if (has(row, LX_FIGURE_TASKS))
		g_string_append_printf(to, "%u", row->figures.tasks);
	else
		g_string_append(to, ABSENT);
}

static void append_cpu(const LxRosterRow *row, GString *to)
{
	if (row->rates.known && has(row, LX_FIGURE_CPU_TIME))
		append_percent(to, row->rates.cpu_hundredths);
	else
		g_string_append(to, ABSENT);
}

static void append_stall(const LxRosterRow *row, const LxStall *stall, GString *to)
{
	if (has(row, LX_FIGURE_PRESSURE))
		append_percent(to, stall->some);
	else
		g_string_append(to, ABSENT);
}

static void append_cpu_pressure(const LxRosterRow *row, GString *to)
{
	append_stall(row, &row->figures.cpu_pressure, to);
}

static void append_memory_pressure(const LxRosterRow *row, GString *to)
{
	append_stall(row, &row->figures.memory_pressure, to);
}

static void append_io_pressure(const LxRosterRow *row, GString *to)
{
	append_stall(row, &row->figures.io_pressure, to);
}

static void append_read(const LxRosterRow *row, GString *to)
{
	append_size_if(to, row->rates.known && has(row, LX_FIGURE_IO), row->rates.read_bytes);
}

static void append_written(const LxRosterRow *row, GString *to)
{
	append_size_if(to, row->rates.known && has(row, LX_FIGURE_IO), row->rates.written_bytes);
}

/* ---- Orders ------------------------------------------------------------------------------ */

static int larger_first(uint64_t a, uint64_t b)
{
	return (a < b) - (a > b);
}

static int compare_ids(const LxRosterRow *a, const LxRosterRow *b)
{
	return strcmp(a->info->id, b->info->id);
}

static int compare_names(const LxRosterRow *a, const LxRosterRow *b)
{
	g_autoptr(GString) one = g_string_new(NULL), two = g_string_new(NULL);

	append_name(a, one);
	append_name(b, two);
	return strcmp(one->str, two->str);
}

static int compare_runtimes(const LxRosterRow *a, const LxRosterRow *b)
{
	return strcmp(runtime_of(a), runtime_of(b));
}

static int compare_pids(const LxRosterRow *a, const LxRosterRow *b)
{
	return (a->info->init_pid > b->info->init_pid) - (a->info->init_pid < b->info->init_pid);
}

static int compare_cpus(const LxRosterRow *a, const LxRosterRow *b)
{
	return larger_first(a->figures.n_cpus, b->figures.n_cpus);
}

static int compare_memory(const LxRosterRow *a, const LxRosterRow *b)
{
	return larger_first(memory_used(a), memory_used(b));
}

static int compare_limits(const LxRosterRow *a, const LxRosterRow *b)
{
	return larger_first(a->figures.memory_bytes, b->figures.memory_bytes);
}

static int compare_loads(const LxRosterRow *a, const LxRosterRow *b)
{
	return larger_first(a->figures.load_hundredths[0], b->figures.load_hundredths[0]);
}

static int compare_views(const LxRosterRow *a, const LxRosterRow *b)
{
	return larger_first(a->n_attached, b->n_attached);
}

static int compare_health(const LxRosterRow *a, const LxRosterRow *b)
{
	return larger_first(a->health, b->health);
}

static int compare_tasks(const LxRosterRow *a, const LxRosterRow *b)
{
	return larger_first(a->figures.tasks, b->figures.tasks);
}

static int compare_cpu(const LxRosterRow *a, const LxRosterRow *b)
{
	return larger_first(a->rates.cpu_hundredths, b->rates.cpu_hundredths);
}

static int compare_cpu_pressure(const LxRosterRow *a, const LxRosterRow *b)
{
	return larger_first(a->figures.cpu_pressure.some, b->figures.cpu_pressure.some);
}

static int compare_memory_pressure(const LxRosterRow *a, const LxRosterRow *b)
{
	return larger_first(a->figures.memory_pressure.some, b->figures.memory_pressure.some);
}

static int compare_io_pressure(const LxRosterRow *a, const LxRosterRow *b)
{
	return larger_first(a->figures.io_pressure.some, b->figures.io_pressure.some);
}

static int compare_read(const LxRosterRow *a, const LxRosterRow *b)
{
	return larger_first(a->rates.read_bytes, b->rates.read_bytes);
}

static int compare_written(const LxRosterRow *a, const LxRosterRow *b)
{
	return larger_first(a->rates.written_bytes, b->rates.written_bytes);
}

/* ---- Tints ------------------------------------------------------------------------------- */

static LxTint tint_health(const LxRosterRow *row)
{
	static const LxTint tints[] = {
		[LX_HEALTH_HEALTHY] = LX_TINT_GOOD,
		[LX_HEALTH_WAITING] = LX_TINT_WARNING,
		[LX_HEALTH_DEAD] = LX_TINT_BAD,
	};

	return tints[row->health];
}

static LxTint tint_share(double used, double whole)
{
	if (used >= 0.9 * whole)
		return LX_TINT_BAD;
	return used >= 0.75 * whole ? LX_TINT_WARNING : LX_TINT_PLAIN;
}

static LxTint tint_memory(const LxRosterRow *row)
{
	if (!row->figures.memory_limited)
		return LX_TINT_PLAIN;
	return tint_share((double)memory_used(row), (double)row->figures.memory_bytes);
}

/* More tasks want to run than there are CPUs. */
static LxTint tint_load(const LxRosterRow *row)
{
	bool more = row->figures.load_hundredths[0] > row->figures.n_cpus * 100;

	return has(row, LX_FIGURE_CPUS) && more ? LX_TINT_WARNING : LX_TINT_PLAIN;
}

/* ---- The table --------------------------------------------------------------------------- */

static const LxColumn columns[] = {
	{"id", "ID", "what the runtime calls it", false, append_id, compare_ids, NULL},
	{"full-id", "ID", "all of it", false, append_full_id, compare_ids, NULL},
	{"name", "NAME", "its name, or namespace/pod/container", false, append_name, compare_names,
		NULL},
	{"runtime", "RUNTIME", "what made it", false, append_runtime, compare_runtimes, NULL},
	{"pid", "INIT", "its first process", true, append_pid, compare_pids, NULL},
	{"cpus", "CPUS", "CPUs that it sees", true, append_cpus, compare_cpus, NULL},
	{"cpu", "%CPU", "of one CPU, since the last look", true, append_cpu, compare_cpu, NULL},
	{"memory", "MEMORY", "memory that it uses", true, append_memory, compare_memory,
		tint_memory},
	{"limit", "LIMIT", "memory that it may use", true, append_limit, compare_limits, NULL},
	{"load", "LOAD", "load average over a minute", true, append_load, compare_loads, tint_load},
	{"tasks", "TASKS", "threads", true, append_tasks, compare_tasks, NULL},
	{"cpu-pressure", "PCPU", "time that tasks waited for a CPU, in percent", true,
		append_cpu_pressure, compare_cpu_pressure, NULL},
	{"memory-pressure", "PMEM", "for memory", true, append_memory_pressure,
		compare_memory_pressure, NULL},
	{"io-pressure", "PIO", "for IO", true, append_io_pressure, compare_io_pressure, NULL},
	{"read", "READ/S", "bytes read in a second", true, append_read, compare_read, NULL},
	{"write", "WRITE/S", "bytes written in a second", true, append_written, compare_written,
		NULL},
	{"views", "VIEWS", "views that are attached", false, append_views, compare_views, NULL},
	{"health", "HEALTH", "whether they are served", false, append_health, compare_health,
		tint_health},
};

const LxColumn *lx_columns_at(unsigned index)
{
	return index < G_N_ELEMENTS(columns) ? &columns[index] : NULL;
}

const LxColumn *lx_columns_find(const char *key)
{
	for (size_t i = 0; i < G_N_ELEMENTS(columns); i++)
		if (strcmp(columns[i].key, key) == 0)
			return &columns[i];
	return NULL;
}

typedef struct {
	const LxColumn *by;
	bool reverse;
} Order;

static int compare_rows(gconstpointer a, gconstpointer b, gpointer data)
{
	const Order *order = data;
	int result = order->by->compare(a, b);

	if (result == 0)
		return compare_ids(a, b);
	return order->reverse ? -result : result;
}

void lx_columns_sort(GArray *rows, const LxColumn *by, bool reverse)
{
	g_array_sort_with_data(rows, compare_rows, &(Order){by, reverse});
}

unsigned lx_columns_width(const char *text)
{
	unsigned width = 0;

	for (; *text; text = g_utf8_next_char(text)) {
		gunichar c = g_utf8_get_char(text);

		width += g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1;
	}
	return width;
}
