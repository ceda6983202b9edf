/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A roster as JSON, for programs. What is not known is null. */
#include "roster/document.h"

#include <json-glib/json-glib.h>

static void add_text(JsonBuilder *json, const char *name, const char *text)
{
	g_autofree char *valid = text ? g_utf8_make_valid(text, -1) : NULL;

	json_builder_set_member_name(json, name);
	if (valid)
		json_builder_add_string_value(json, valid);
	else
		json_builder_add_null_value(json);
}

static void add_number(JsonBuilder *json, const char *name, uint64_t number)
{
	json_builder_set_member_name(json, name);
	json_builder_add_int_value(json, (gint64)MIN(number, (uint64_t)G_MAXINT64));
}

static void add_bool(JsonBuilder *json, const char *name, bool value)
{
	json_builder_set_member_name(json, name);
	json_builder_add_boolean_value(json, value);
}

static void add_hundredths(JsonBuilder *json, const char *name, unsigned hundredths)
{
	json_builder_set_member_name(json, name);
	json_builder_add_double_value(json, hundredths / 100.0);
}

/* Begins an object, or says null and gives false. */
static bool begin_if(JsonBuilder *json, const char *name, bool known)
{
	json_builder_set_member_name(json, name);
	if (known)
		json_builder_begin_object(json);
	else
		json_builder_add_null_value(json);
	return known;
}

static bool begin_figure(
	JsonBuilder *json, const char *name, const LxRosterRow *row, LxFigure figure)
{
	return begin_if(json, name, row->figures.have & figure);
}

static void add_figure(JsonBuilder *json, const char *name, const LxRosterRow *row, LxFigure figure,
	uint64_t value)
{
	if (row->figures.have & figure) {
		add_number(json, name, value);
		return;
	}
	json_builder_set_member_name(json, name);
	json_builder_add_null_value(json);
}

static void add_pod(JsonBuilder *json, const LxRosterRow *row)
{
	const LxLabels *labels = &row->labels;

	if (!begin_if(json, "pod", row->info->pod_uid || labels->pod))
		return;
	add_text(json, "uid", row->info->pod_uid);
	add_text(json, "namespace", labels->namespace);
	add_text(json, "name", labels->pod);
	add_text(json, "container", labels->container);
	add_bool(json, "sandbox", labels->is_sandbox);
	json_builder_end_object(json);
}

static void add_memory(JsonBuilder *json, const LxRosterRow *row)
{
	const LxFigures *figures = &row->figures;

	if (begin_figure(json, "memory", row, LX_FIGURE_MEMORY)) {
		add_number(json, "total", figures->memory_bytes);
		add_bool(json, "limited", figures->memory_limited);
		add_number(json, "used", figures->memory_bytes - figures->memory_available_bytes);
		add_number(json, "free", figures->memory_free_bytes);
		add_number(json, "available", figures->memory_available_bytes);
		json_builder_end_object(json);
	}
	if (begin_figure(json, "swap", row, LX_FIGURE_MEMORY)) {
		add_number(json, "total", figures->swap_bytes);
		add_number(json, "free", figures->swap_free_bytes);
		json_builder_end_object(json);
	}
}

static void add_load(JsonBuilder *json, const LxRosterRow *row)
{
	json_builder_set_member_name(json, "load");
	if (!(row->figures.have & LX_FIGURE_LOAD)) {
		json_builder_add_null_value(json);
		return;
	}
	json_builder_begin_array(json);
	for (size_t i = 0; i < G_N_ELEMENTS(row->figures.load_hundredths); i++)
		json_builder_add_double_value(json, row->figures.load_hundredths[i] / 100.0);
	json_builder_end_array(json);
}

static void add_stall(JsonBuilder *json, const char *name, const LxStall *stall)
{
	json_builder_set_member_name(json, name);
	json_builder_begin_object(json);
	add_hundredths(json, "some", stall->some);
	add_hundredths(json, "full", stall->full);
	json_builder_end_object(json);
}

static void add_use(JsonBuilder *json, const LxRosterRow *row)
{
	const LxFigures *figures = &row->figures;

	add_figure(json, "cpus", row, LX_FIGURE_CPUS, figures->n_cpus);
	add_figure(json, "cpu_nanoseconds", row, LX_FIGURE_CPU_TIME, figures->cpu_nsec);
	add_memory(json, row);
	add_load(json, row);
	add_figure(json, "tasks", row, LX_FIGURE_TASKS, figures->tasks);
	if (begin_figure(json, "pressure", row, LX_FIGURE_PRESSURE)) {
		add_stall(json, "cpu", &figures->cpu_pressure);
		add_stall(json, "memory", &figures->memory_pressure);
		add_stall(json, "io", &figures->io_pressure);
		json_builder_end_object(json);
	}
	if (begin_figure(json, "io", row, LX_FIGURE_IO)) {
		add_number(json, "read", figures->read_bytes);
		add_number(json, "written", figures->written_bytes);
		json_builder_end_object(json);
	}
}

/* Each view that is there, with its state. */
static void add_views(JsonBuilder *json, const LxRosterRow *row)
{
	json_builder_set_member_name(json, "views");
	json_builder_begin_object(json);
	for (unsigned i = 0; i < LX_VIEWS_N; i++)
		if (row->states[i] != LX_ATTACHED_ABSENT)
			add_text(
				json, lx_views_at(i)->name, lx_attached_state_name(row->states[i]));
	if (row->cgroup != LX_ATTACHED_ABSENT)
		add_text(json, "cgroup", lx_attached_state_name(row->cgroup));
	json_builder_end_object(json);
	add_text(json, "health", lx_roster_health_name(row->health));
}

static void add_row(JsonBuilder *json, const LxRosterRow *row)
{
	const LxContainerInfo *info = row->info;

	json_builder_begin_object(json);
	add_text(json, "id", info->id);
	add_text(json, "name", row->labels.name);
	add_text(json, "runtime", row->labels.manager ? row->labels.manager : info->runtime);
	add_text(json, "cgroup", info->cgroup);
	add_number(json, "init_pid", (uint64_t)info->init_pid);
	add_pod(json, row);
	add_use(json, row);
	add_views(json, row);
	add_text(json, "error", row->failure);
	json_builder_end_object(json);
}

char *lx_document_new(const LxRoster *roster)
{
	g_autoptr(JsonBuilder) json = json_builder_new();
	g_autoptr(JsonGenerator) generator = json_generator_new();
	g_autoptr(JsonNode) root = NULL;
	g_autofree char *text = NULL;

	json_builder_begin_object(json);
	add_bool(json, "served", roster->served);
	json_builder_set_member_name(json, "containers");
	json_builder_begin_array(json);
	for (guint i = 0; i < roster->rows->len; i++)
		add_row(json, lx_roster_at(roster, i));
	json_builder_end_array(json);
	json_builder_end_object(json);
	root = json_builder_get_root(json);
	json_generator_set_root(generator, root);
	json_generator_set_pretty(generator, TRUE);
	text = json_generator_to_data(generator, NULL);
	return g_strconcat(text, "\n", NULL);
}
