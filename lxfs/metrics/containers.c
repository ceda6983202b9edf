/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The metrics of containers. A figure is one row of the table. */
#include "metrics/containers.h"

#include "metrics/exposition.h"

#include <stddef.h>

typedef enum { AS_UNSIGNED, AS_UINT64, AS_NSEC } Kind;

typedef struct {
	LxMetric metric;
	LxFigure figure;
	Kind kind;
	size_t offset; /* in LxFigures */
} Row;

#define AT(member) offsetof(LxFigures, member)

static const Row rows[] = {
	{{"lxfs_container_cpus", LX_METRIC_GAUGE, "CPUs that the container sees."}, LX_FIGURE_CPUS,
		AS_UNSIGNED, AT(n_cpus)},
	{{"lxfs_container_cpu_seconds_total", LX_METRIC_COUNTER,
		 "CPU time that the container has used."},
		LX_FIGURE_CPU_TIME, AS_NSEC, AT(cpu_nsec)},
	{{"lxfs_container_memory_bytes", LX_METRIC_GAUGE,
		 "Memory that the container sees: its limit, or what the host has."},
		LX_FIGURE_MEMORY, AS_UINT64, AT(memory_bytes)},
	{{"lxfs_container_memory_free_bytes", LX_METRIC_GAUGE, "Of that, free."}, LX_FIGURE_MEMORY,
		AS_UINT64, AT(memory_free_bytes)},
	{{"lxfs_container_memory_available_bytes", LX_METRIC_GAUGE,
		 "Of that, to be had without swapping."},
		LX_FIGURE_MEMORY, AS_UINT64, AT(memory_available_bytes)},
	{{"lxfs_container_swap_bytes", LX_METRIC_GAUGE, "Swap that the container sees."},
		LX_FIGURE_MEMORY, AS_UINT64, AT(swap_bytes)},
	{{"lxfs_container_swap_free_bytes", LX_METRIC_GAUGE, "Of that, free."}, LX_FIGURE_MEMORY,
		AS_UINT64, AT(swap_free_bytes)},
	{{"lxfs_container_tasks", LX_METRIC_GAUGE, "Threads of the container."}, LX_FIGURE_TASKS,
		AS_UNSIGNED, AT(tasks)},
	{{"lxfs_container_read_bytes_total", LX_METRIC_COUNTER,
		 "Bytes that the container has read from block devices."},
		LX_FIGURE_IO, AS_UINT64, AT(read_bytes)},
	{{"lxfs_container_written_bytes_total", LX_METRIC_COUNTER,
		 "Bytes that the container has written to block devices."},
		LX_FIGURE_IO, AS_UINT64, AT(written_bytes)},
};

static uint64_t number_of(const Row *row, const LxFigures *figures)
{
	const void *at = (const char *)figures + row->offset;

	return row->kind == AS_UNSIGNED ? *(const unsigned *)at : *(const uint64_t *)at;
}

static void render_sample(const Row *row, const LxContainerMetrics *container, GString *text)
{
	const LxLabel labels[] = {
		{"id", container->info->id}, {"runtime", container->info->runtime}, {NULL}};
	uint64_t number = number_of(row, &container->figures);

	if (row->kind == AS_NSEC)
		lx_exposition_nsec(text, row->metric.name, labels, number);
	else
		lx_exposition_count(text, row->metric.name, labels, number);
}

static void render_loads(const LxContainerMetrics *containers, unsigned n, GString *text)
{
	static const LxMetric metric = {"lxfs_container_load", LX_METRIC_GAUGE,
		"Load average of the container over 1, 5 and 15 minutes."};
	static const char *const windows[] = {"1m", "5m", "15m"};

	lx_exposition_begin(text, &metric);
	for (unsigned i = 0; i < n; i++)
		for (size_t w = 0; w < G_N_ELEMENTS(windows); w++) {
			const LxLabel labels[] = {{"id", containers[i].info->id},
				{"runtime", containers[i].info->runtime}, {"window", windows[w]},
				{NULL}};

			if (containers[i].figures.have & LX_FIGURE_LOAD)
				lx_exposition_hundredths(text, metric.name, labels,
					containers[i].figures.load_hundredths[w]);
		}
}

void lx_container_metrics_render(const LxContainerMetrics *containers, unsigned n, GString *text)
{
	for (size_t row = 0; row < G_N_ELEMENTS(rows); row++) {
		lx_exposition_begin(text, &rows[row].metric);
		for (unsigned i = 0; i < n; i++)
			if (containers[i].figures.have & rows[row].figure)
				render_sample(&rows[row], &containers[i], text);
	}
	render_loads(containers, n, text);
}

void lx_container_metrics_count(const LxContainerMetrics *containers, unsigned n, GString *text)
{
	static const LxMetric metric = {
		"lxfs_containers", LX_METRIC_GAUGE, "Containers on this host, by runtime."};
	g_autoptr(GHashTable) counts = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GList) names = NULL;

	for (unsigned i = 0; i < n; i++) {
		gpointer name = (gpointer)containers[i].info->runtime;
		guint before = GPOINTER_TO_UINT(g_hash_table_lookup(counts, name));

		g_hash_table_insert(counts, name, GUINT_TO_POINTER(before + 1));
	}
	lx_exposition_begin(text, &metric);
	names = g_list_sort(g_hash_table_get_keys(counts), (GCompareFunc)g_strcmp0);
	for (GList *at = names; at; at = at->next) {
		const LxLabel labels[] = {{"runtime", at->data}, {NULL}};

		lx_exposition_count(text, metric.name, labels,
			GPOINTER_TO_UINT(g_hash_table_lookup(counts, at->data)));
	}
}

/* One that has ended meanwhile has no figures. */
static GArray *look_up(const LxInventory *inventory, unsigned figures)
{
	GArray *containers = g_array_new(FALSE, TRUE, sizeof(LxContainerMetrics));

	for (unsigned i = 0; i < LX_CONTAINER_METRICS_MAX; i++) {
		LxContainerMetrics container = {.info = lx_inventory_at(inventory, i)};

		if (!container.info)
			break;
		if (figures && !lx_inventory_read(inventory, i, figures, &container.figures, NULL))
			container.figures = (LxFigures){0};
		g_array_append_val(containers, container);
	}
	return containers;
}

bool lx_container_metrics_add(LxContext *context, unsigned figures, GString *text, GError **error)
{
	g_autoptr(LxInventory) inventory = lx_inventory_new(context, error);
	g_autoptr(GArray) containers = NULL;

	if (!inventory)
		return false;
	containers = look_up(inventory, figures);
	lx_container_metrics_count((const void *)containers->data, containers->len, text);
	if (figures)
		lx_container_metrics_render((const void *)containers->data, containers->len, text);
	return true;
}
