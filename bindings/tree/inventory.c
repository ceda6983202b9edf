/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The containers of this host at one moment, and the figures of each: the public list. */
#include "tree/figures.h"

#include "identity/runtime.h"

#include <errno.h>

struct LxInventory {
	LxContext *context;    /* borrowed */
	GPtrArray *containers; /* of LxContainer, references */
	LxContainerInfo *infos;
};

static LxContainerInfo describe(const LxContainer *container)
{
	const char *cgroup = lx_level_path(lx_cgroup_primary(container->cgroup));

	return (LxContainerInfo){
		.id = container->id,
		.runtime = container->runtime,
		.cgroup = cgroup,
		.pod_uid = lx_runtime_pod_uid(cgroup),
		.init_pid = container->init_pid,
		.number = lx_cgroup_id(container->cgroup),
		.start_boottime_nsec = container->start_boottime_nsec,
	};
}

LxInventory *lx_inventory_new(LxContext *context, GError **error)
{
	g_autoptr(GPtrArray) containers = NULL;
	LxInventory *inventory;

	if (!context->identity) {
		lx_error_set(
			error, ENOTSUP, "listing containers: this context knows only the host");
		return NULL;
	}
	containers = lx_identity_list(context->identity, error);
	if (!containers)
		return NULL;
	inventory = g_new0(LxInventory, 1);
	inventory->context = context;
	inventory->infos = g_new0(LxContainerInfo, containers->len);
	for (guint i = 0; i < containers->len; i++)
		inventory->infos[i] = describe(containers->pdata[i]);
	inventory->containers = g_steal_pointer(&containers);
	return inventory;
}

void lx_inventory_free(LxInventory *inventory)
{
	if (!inventory)
		return;
	for (guint i = 0; i < inventory->containers->len; i++)
		g_free((char *)inventory->infos[i].pod_uid);
	g_free(inventory->infos);
	g_ptr_array_unref(inventory->containers);
	g_free(inventory);
}

const LxContainerInfo *lx_inventory_at(const LxInventory *inventory, unsigned index)
{
	return index < inventory->containers->len ? &inventory->infos[index] : NULL;
}

bool lx_inventory_read(const LxInventory *inventory, unsigned index, unsigned wanted,
	LxFigures *out, GError **error)
{
	LxReading reading = {.context = inventory->context};

	if (index >= inventory->containers->len) {
		lx_error_set(error, EINVAL, "reading the container at %u: there are %u", index,
			inventory->containers->len);
		return false;
	}
	reading.container = inventory->containers->pdata[index];
	return lx_figures_read(&reading, wanted, out, error);
}
