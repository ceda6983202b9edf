/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The folder containers/: every container of this host under its id. Root on the host only. */
#include "tree/containers.h"

#include "tree/attributes.h"
#include "tree/recipe.h"

#include <inttypes.h>

/* A container's folder is the root of the tree in its scope. */
static bool attributes_of(
	LxContext *context, const LxContainer *container, LxAttributes *out, GError **error)
{
	return lx_attributes_of_row(
		context, lx_container_number(container), lx_table_row(LX_ROW_ROOT), out, error);
}

bool lx_containers_lookup(const LxCaller *caller, const char *id, LxAttributes *out, GError **error)
{
	const LxRow *row = lx_table_child(LX_ROW_CONTAINERS, id);
	g_autoptr(LxContainer) container = NULL;

	if (!lx_scope_check_host(caller, error))
		return false;
	if (row)
		return lx_attributes_of_row(caller->context, 0, row, out, error);
	container = lx_identity_find_id(caller->context->identity, id, error);
	return container && attributes_of(caller->context, container, out, error);
}

/*
 * The kernel counts its cgroups upwards: in this order one that begins while somebody lists the
 * folder in pieces stands behind those that he has seen, and he sees none of them twice.
 */
static int by_number(gconstpointer a, gconstpointer b)
{
	uint32_t one = lx_container_number(*(const LxContainer *const *)a);
	uint32_t other = lx_container_number(*(const LxContainer *const *)b);

	return (one > other) - (one < other);
}

bool lx_containers_list(const LxCaller *caller, LxTreeVisit visit, gpointer data, GError **error)
{
	g_autoptr(GPtrArray) containers = NULL;

	if (!lx_scope_check_host(caller, error))
		return false;
	containers = lx_identity_list(caller->context->identity, error);
	if (!containers)
		return false;
	g_ptr_array_sort(containers, by_number);
	for (unsigned i = 0; i < containers->len; i++) {
		const LxContainer *container = containers->pdata[i];
		LxAttributes attributes;

		if (!attributes_of(caller->context, container, &attributes, error))
			return false;
		if (!visit(container->id, &attributes, data))
			break;
	}
	return true;
}

/* A container that ends meanwhile, or is not admitted, has no line. */
static void append_load(const LxCaller *caller, LxContainer *container, GString *text)
{
	const LxReading reading = {.context = caller->context, .container = container};
	uint64_t number = lx_cgroup_id(container->cgroup);
	gsize before = text->len;

	if (caller->admit && !caller->admit(number, caller->data))
		return;
	g_string_append_printf(text, "%" PRIu64 " ", number);
	if (!lx_recipe_loadavg(&reading, text, NULL))
		g_string_truncate(text, before);
}

bool lx_containers_read_loads(const LxCaller *caller, GString *text, GError **error)
{
	g_autoptr(GPtrArray) containers = NULL;

	if (!lx_scope_check_host(caller, error))
		return false;
	containers = lx_identity_list(caller->context->identity, error);
	for (unsigned i = 0; containers && i < containers->len; i++)
		append_load(caller, containers->pdata[i], text);
	return containers != NULL;
}
