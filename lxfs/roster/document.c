/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A roster as JSON, for programs. What is not known is null, which to json-c is NULL. */
#include "roster/document.h"

#include "oci/json.h"

/* ---- Values ------------------------------------------------------------------------------ */

static json_object *new_number(uint64_t number)
{
	return json_object_new_int64((int64_t)MIN(number, (uint64_t)INT64_MAX));
}

/* With the two places that it has, and not the seventeen that a double takes to say so. */
static json_object *new_hundredths(unsigned hundredths)
{
	json_object *number = json_object_new_double(hundredths / 100.0);

	json_object_set_serializer(number, json_object_double_to_json_string, (void *)"%.2f", NULL);
	return number;
}

static bool knows(const LxRosterRow *row, LxFigure figure)
{
	return row->figures.have & figure;
}

/* ---- Members ----------------------------------------------------------------------------- */

static void add_number(json_object *to, const char *name, uint64_t number)
{
	json_object_object_add(to, name, new_number(number));
}

static void add_bool(json_object *to, const char *name, bool value)
{
	json_object_object_add(to, name, json_object_new_boolean(value));
}

static void add_figure(
	json_object *to, const char *name, const LxRosterRow *row, LxFigure figure, uint64_t value)
{
	json_object_object_add(to, name, knows(row, figure) ? new_number(value) : NULL);
}

/* An object to be filled; NULL, and null is said, where it is not known. */
static json_object *add_object(json_object *to, const char *name, bool known)
{
	json_object *object = known ? json_object_new_object() : NULL;

	json_object_object_add(to, name, object);
	return object;
}

/* ---- A container ------------------------------------------------------------------------- */

static void add_pod(json_object *to, const LxRosterRow *row)
{
	const LxLabels *labels = &row->labels;
	json_object *pod = add_object(to, "pod", row->info->pod_uid || labels->pod);

	if (!pod)
		return;
	lx_json_add_text(pod, "uid", row->info->pod_uid);
	lx_json_add_text(pod, "namespace", labels->namespace);
	lx_json_add_text(pod, "name", labels->pod);
	lx_json_add_text(pod, "container", labels->container);
	add_bool(pod, "sandbox", labels->is_sandbox);
}

static void add_memory(json_object *to, const LxRosterRow *row)
{
	const LxFigures *figures = &row->figures;
	json_object *memory = add_object(to, "memory", knows(row, LX_FIGURE_MEMORY));
	json_object *swap = add_object(to, "swap", knows(row, LX_FIGURE_MEMORY));

	if (!memory)
		return;
	add_number(memory, "total", figures->memory_bytes);
	add_bool(memory, "limited", figures->memory_limited);
	add_number(memory, "used", figures->memory_bytes - figures->memory_available_bytes);
	add_number(memory, "free", figures->memory_free_bytes);
	add_number(memory, "available", figures->memory_available_bytes);
	add_number(swap, "total", figures->swap_bytes);
	add_number(swap, "free", figures->swap_free_bytes);
}

static void add_load(json_object *to, const LxRosterRow *row)
{
	json_object *load = knows(row, LX_FIGURE_LOAD) ? json_object_new_array() : NULL;

	for (size_t i = 0; load && i < G_N_ELEMENTS(row->figures.load_hundredths); i++)
		json_object_array_add(load, new_hundredths(row->figures.load_hundredths[i]));
	json_object_object_add(to, "load", load);
}

static void add_stall(json_object *to, const char *name, const LxStall *stall)
{
	json_object *object = add_object(to, name, true);

	json_object_object_add(object, "some", new_hundredths(stall->some));
	json_object_object_add(object, "full", new_hundredths(stall->full));
}

static void add_pressure(json_object *to, const LxRosterRow *row)
{
	json_object *pressure = add_object(to, "pressure", knows(row, LX_FIGURE_PRESSURE));

	if (!pressure)
		return;
	add_stall(pressure, "cpu", &row->figures.cpu_pressure);
	add_stall(pressure, "memory", &row->figures.memory_pressure);
	add_stall(pressure, "io", &row->figures.io_pressure);
}

static void add_io(json_object *to, const LxRosterRow *row)
{
	json_object *io = add_object(to, "io", knows(row, LX_FIGURE_IO));

	if (!io)
		return;
	add_number(io, "read", row->figures.read_bytes);
	add_number(io, "written", row->figures.written_bytes);
}

static void add_use(json_object *to, const LxRosterRow *row)
{
	add_figure(to, "cpus", row, LX_FIGURE_CPUS, row->figures.n_cpus);
	add_figure(to, "cpu_nanoseconds", row, LX_FIGURE_CPU_TIME, row->figures.cpu_nsec);
	add_memory(to, row);
	add_load(to, row);
	add_figure(to, "tasks", row, LX_FIGURE_TASKS, row->figures.tasks);
	add_pressure(to, row);
	add_io(to, row);
}

/* Each view that is there, with its state. */
static void add_views(json_object *to, const LxRosterRow *row)
{
	json_object *views = add_object(to, "views", true);

	for (unsigned i = 0; i < LX_VIEWS_N; i++)
		if (row->states[i] != LX_ATTACHED_ABSENT)
			lx_json_add_text(views, lx_views_at(i)->name,
				lx_attached_state_name(row->states[i]));
	if (row->cgroup != LX_ATTACHED_ABSENT)
		lx_json_add_text(views, "cgroup", lx_attached_state_name(row->cgroup));
	lx_json_add_text(to, "health", lx_roster_health_name(row->health));
}

static json_object *new_container(const LxRosterRow *row)
{
	const LxContainerInfo *info = row->info;
	json_object *container = json_object_new_object();

	lx_json_add_text(container, "id", info->id);
	lx_json_add_text(container, "name", row->labels.name);
	lx_json_add_text(
		container, "runtime", row->labels.manager ? row->labels.manager : info->runtime);
	lx_json_add_text(container, "cgroup", info->cgroup);
	add_number(container, "init_pid", (uint64_t)info->init_pid);
	add_pod(container, row);
	add_use(container, row);
	add_views(container, row);
	lx_json_add_text(container, "error", row->failure);
	return container;
}

char *lx_document_new(const LxRoster *roster)
{
	g_autoptr(json_object) root = json_object_new_object();
	json_object *containers = json_object_new_array();

	for (guint i = 0; i < roster->rows->len; i++)
		json_object_array_add(containers, new_container(lx_roster_at(roster, i)));
	add_bool(root, "served", roster->served);
	json_object_object_add(root, "containers", containers);
	return lx_json_page(root);
}
