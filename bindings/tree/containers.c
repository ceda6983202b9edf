/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The folder containers/: every container of this host under its id. Root on the host only. */
#include "tree/containers.h"

#include "tree/attributes.h"

/* A container's folder is the root of the tree in its scope. */
static bool attributes_of(
	LxContext *context, const LxContainer *container, LxAttributes *out, GError **error)
{
	return lx_attributes_of_row(
		context, lx_container_number(container), lx_table_row(LX_ROW_ROOT), out, error);
}

bool lx_containers_lookup(const LxCaller *caller, const char *id, LxAttributes *out, GError **error)
{
	g_autoptr(LxContainer) container = NULL;

	if (!lx_scope_check_host(caller, error))
		return false;
	container = lx_identity_find_id(caller->context->identity, id, error);
	return container && attributes_of(caller->context, container, out, error);
}

bool lx_containers_list(const LxCaller *caller, LxTreeVisit visit, gpointer data, GError **error)
{
	g_autoptr(GPtrArray) containers = NULL;

	if (!lx_scope_check_host(caller, error))
		return false;
	containers = lx_identity_list(caller->context->identity, error);
	if (!containers)
		return false;
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
