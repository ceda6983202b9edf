/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Attributes of a place: type, permissions, size, and what may be cached of it.
 *
 * The size is not 0 as in procfs: since Linux 6.5 splice and sendfile on FUSE go through the page
 * cache even with direct IO, and with size 0 they see an empty file. It is no smaller than the
 * text: twice the host's own, which has more CPUs, devices and digits than any container's.
 */
#include "tree/attributes.h"

#define PAGE_BYTES 4096u

static uint64_t whole_pages(uint64_t bytes)
{
	return (MAX(bytes, 1) + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
}

/* Measured once for each row: a longer text later on is still served whole, by direct IO. */
static uint64_t size_of_row(const LxContext *context, const LxRow *row)
{
	uint64_t *known = &((LxContext *)context)->row_bytes[row->id];
	uint64_t bytes = __atomic_load_n(known, __ATOMIC_RELAXED);
	g_auto(LxText) text = {0};

	if (bytes)
		return bytes;
	bytes = lx_sysroot_read(context->root, row->path, &text, NULL) ? 2 * text.length : 0;
	bytes = whole_pages(bytes);
	__atomic_store_n(known, bytes, __ATOMIC_RELAXED);
	return bytes;
}

bool lx_attributes_of_row(const LxContext *context, uint32_t scope, const LxRow *row,
	LxAttributes *out, GError **error)
{
	bool file = row->type == LX_NODE_FILE;

	*out = (LxAttributes){
		.node = lx_place_row_node(scope, row),
		.type = row->type,
		.permissions = scope && row->trigger ? 0444 : row->permissions,
		.size = file ? size_of_row(context, row) : 0,
		.shared = file && scope == 0,
		.fixed = scope == 0,
		.trigger = row->trigger && scope == 0,
	};
	return true;
}

static bool is_fixed_path(const LxPlace *place)
{
	static const char *const fixed[] = {
		"online", "possible", "present", "offline", "kernel_max"};
	size_t hint = 0;

	return place->scope == 0 &&
	       lx_scan_key(lx_slice(place->path), fixed, G_N_ELEMENTS(fixed), &hint) >= 0;
}

bool lx_attributes_of_entry(const LxContext *context, const LxPlace *place,
	const LxMirrorEntry *entry, LxAttributes *out, GError **error)
{
	LxAttributes attributes = {
		.type = entry->type,
		.permissions = entry->permissions,
		.size = entry->size,
		.shared = entry->type == LX_NODE_FILE && place->scope == 0,
		.fixed = is_fixed_path(place),
	};

	if (!lx_place_path_node(context, place, &attributes.node, error))
		return false;
	*out = attributes;
	return true;
}
