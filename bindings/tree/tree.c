/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The tree that liblxfs serves: names, attributes, folders, links.
 *
 * Three kinds of places: rows of the table, which are the same for everybody; mirrored folders of
 * the host's sysfs, cut to what the asking container has; and containers/ID, which is the same tree
 * once more in another container's scope. Only the latter two need to know who is asking.
 */
#include "tree/attributes.h"
#include "tree/containers.h"
#include "tree/scope.h"

#include <errno.h>

static bool fail_missing(const char *folder, const char *name, GError **error)
{
	lx_error_set(error, ENOENT, "looking up %s in /%s: no such file", name, folder);
	return false;
}

static bool row_exists(const LxContext *context, const LxRow *row, uint32_t scope)
{
	if (scope != 0 && (row->id == LX_ROW_CONTAINERS || row->id == LX_ROW_CGROUP))
		return false;
	return !row->optional || lx_sysroot_exists(context->root, row->path);
}

static bool lookup_mirrored(const LxReading *reading, const LxPlace *parent, const char *name,
	LxAttributes *out, GError **error)
{
	g_auto(LxPlace) child = {.scope = parent->scope};
	LxMirrorEntry entry;

	if (!lx_place_is_mirror(parent, &child.mirror))
		return fail_missing(parent->row->path, name, error);
	child.path = parent->path && *parent->path ? g_strconcat(parent->path, "/", name, NULL)
						   : g_strdup(name);
	return lx_mirror_look(reading, child.mirror, child.path, &entry, error) &&
	       lx_attributes_of_entry(reading->context, &child, &entry, out, error);
}

static bool lookup_scoped(const LxCaller *caller, const LxPlace *parent, const char *name,
	LxAttributes *out, GError **error)
{
	g_auto(LxReading) reading = {0};

	return lx_scope_open(caller, parent->scope, &reading, error) &&
	       lookup_mirrored(&reading, parent, name, out, error);
}

bool lx_tree_lookup(
	const LxCaller *caller, LxNode parent, const char *name, LxAttributes *out, GError **error)
{
	g_auto(LxPlace) place = {0};
	const LxRow *row;

	if (!lx_place_of_node(caller->context, parent, &place, error))
		return false;
	if (place.row && place.row->id == LX_ROW_CONTAINERS)
		return lx_containers_lookup(caller, name, out, error);
	row = place.row ? lx_table_child(place.row->id, name) : NULL;
	if (!row)
		return lookup_scoped(caller, &place, name, out, error);
	if (!row_exists(caller->context, row, place.scope))
		return fail_missing(place.row->path, name, error);
	return lx_attributes_of_row(caller->context, place.scope, row, out, error);
}

bool lx_tree_attributes(const LxCaller *caller, LxNode node, LxAttributes *out, GError **error)
{
	g_auto(LxPlace) place = {0};
	g_auto(LxReading) reading = {0};
	LxMirrorEntry entry;

	if (!lx_place_of_node(caller->context, node, &place, error))
		return false;
	if (place.row)
		return lx_attributes_of_row(caller->context, place.scope, place.row, out, error);
	return lx_scope_open(caller, place.scope, &reading, error) &&
	       lx_mirror_look(&reading, place.mirror, place.path, &entry, error) &&
	       lx_attributes_of_entry(caller->context, &place, &entry, out, error);
}

bool lx_tree_resolve(const LxCaller *caller, const char *path, LxAttributes *out, GError **error)
{
	LxSlice rest = lx_slice(path), component;
	LxAttributes at;

	if (!lx_tree_attributes(caller, LX_NODE_ROOT, &at, error))
		return false;
	while (rest.length > 0) {
		g_autofree char *name = NULL;

		if (!lx_scan_until(&rest, '/', &component)) {
			component = rest;
			rest.length = 0;
		}
		if (component.length == 0)
			continue;
		name = lx_slice_dup(component);
		if (!lx_tree_lookup(caller, at.node, name, &at, error))
			return false;
	}
	*out = at;
	return true;
}

/* ---- Folders ----------------------------------------------------------------------------- */

typedef struct {
	const LxReading *reading;
	const LxPlace *folder;
	LxTreeVisit visit;
	gpointer data;
} Listing;

static bool list_rows(
	LxContext *context, const LxPlace *folder, const Listing *listing, GError **error)
{
	size_t n_rows;
	const LxRow *rows = lx_table_rows(&n_rows);

	for (size_t i = 0; i < n_rows; i++) {
		LxAttributes attributes;

		if (rows[i].parent != folder->row->id ||
			!row_exists(context, &rows[i], folder->scope))
			continue;
		if (!lx_attributes_of_row(context, folder->scope, &rows[i], &attributes, error))
			return false;
		if (!listing->visit(rows[i].name, &attributes, listing->data))
			break;
	}
	return true;
}

static bool visit_mirrored(const char *name, const LxMirrorEntry *entry, gpointer data)
{
	const Listing *listing = data;
	const char *folder = listing->folder->path;
	g_auto(LxPlace) child = {.scope = listing->folder->scope};
	LxAttributes attributes;

	lx_place_is_mirror(listing->folder, &child.mirror);
	child.path = folder && *folder ? g_strconcat(folder, "/", name, NULL) : g_strdup(name);
	if (!lx_attributes_of_entry(listing->reading->context, &child, entry, &attributes, NULL))
		return true;
	return listing->visit(name, &attributes, listing->data);
}

static bool list_mirrored(const LxCaller *caller, Listing *listing, GError **error)
{
	const LxPlace *folder = listing->folder;
	LxMirrorVisitor visitor = {.visit = visit_mirrored, .data = listing};
	g_auto(LxReading) reading = {0};
	LxMirror mirror;

	if (!lx_place_is_mirror(folder, &mirror))
		return true;
	if (!lx_scope_open(caller, folder->scope, &reading, error))
		return false;
	listing->reading = &reading;
	return lx_mirror_list(&reading, mirror, folder->path ? folder->path : "", &visitor, error);
}

bool lx_tree_list(
	const LxCaller *caller, LxNode folder, LxTreeVisit visit, gpointer data, GError **error)
{
	g_auto(LxPlace) place = {0};
	Listing listing = {.folder = &place, .visit = visit, .data = data};

	if (!lx_place_of_node(caller->context, folder, &place, error))
		return false;
	if (place.row && place.row->id == LX_ROW_CONTAINERS)
		return lx_containers_list(caller, visit, data, error);
	if (place.row && !list_rows(caller->context, &place, &listing, error))
		return false;
	return list_mirrored(caller, &listing, error);
}

char *lx_tree_readlink(const LxCaller *caller, LxNode link, GError **error)
{
	g_auto(LxPlace) place = {0};
	g_auto(LxReading) reading = {0};

	if (!lx_place_of_node(caller->context, link, &place, error))
		return NULL;
	if (place.row) {
		lx_error_set(error, EINVAL, "reading the link /%s: it is none", place.row->path);
		return NULL;
	}
	if (!lx_scope_open(caller, place.scope, &reading, error))
		return NULL;
	return lx_mirror_readlink(&reading, place.mirror, place.path, error);
}

/* What a mirrored folder holds counts as the folder; a row's id never changes its meaning. */
unsigned lx_tree_part(LxNode node)
{
	static const unsigned folders[LX_N_KINDS] = {
		[LX_KIND_CPU] = LX_ROW_CPU,
		[LX_KIND_CPU_POLICY] = LX_ROW_CPU,
		[LX_KIND_CPU_OTHER] = LX_ROW_CPU,
		[LX_KIND_NODE] = LX_ROW_NODE,
		[LX_KIND_NODE_OTHER] = LX_ROW_NODE,
	};
	LxNodeParts parts = lx_node_decode(node);

	if (parts.kind == LX_KIND_ROW)
		return parts.number < LX_TREE_PARTS ? parts.number : 0;
	return parts.kind < LX_N_KINDS ? folders[parts.kind] : 0;
}

const char *lx_tree_part_name(unsigned part)
{
	const LxRow *row = lx_table_row(part);
	bool is_mirror = part == LX_ROW_CPU || part == LX_ROW_NODE;

	return row && (row->type == LX_NODE_FILE || is_mirror) ? row->path : NULL;
}

uint64_t lx_tree_owner(const LxCaller *caller)
{
	g_auto(LxReading) reading = {0};

	if (!lx_scope_open(caller, 0, &reading, NULL) || reading.container->is_host)
		return 0;
	return lx_cgroup_id(reading.container->cgroup);
}
