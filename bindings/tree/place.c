/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a node names: a row of the table, or a path below a mirrored folder, in some scope. */
#include "tree/place.h"

#include <errno.h>

/* Numbered folders come first: "cpufreq/policy" before the rest of cpu/. */
static const struct {
	LxKind kind;
	LxMirror mirror;
	const char *stem; /* NULL: any path */
} kinds[] = {
	{LX_KIND_CPU, LX_MIRROR_CPU, "cpu"},
	{LX_KIND_CPU_POLICY, LX_MIRROR_CPU, "cpufreq/policy"},
	{LX_KIND_CPU_OTHER, LX_MIRROR_CPU, NULL},
	{LX_KIND_NODE, LX_MIRROR_NODE, "node"},
	{LX_KIND_NODE_OTHER, LX_MIRROR_NODE, NULL},
};

void lx_place_clear(LxPlace *place)
{
	g_clear_pointer(&place->path, g_free);
}

static bool fail_stale(LxNode node, GError **error)
{
	lx_error_set(error, ESTALE, "looking for the node %#" G_GINT64_MODIFIER "x: no such node",
		(guint64)node);
	return false;
}

static char *path_of_parts(const LxContext *context, const LxNodeParts *parts, const char *stem)
{
	const char *name = lx_names_name(context->names, parts->name);

	if (parts->name && !name)
		return NULL;
	if (!stem)
		return g_strdup(name ? name : "");
	if (!name)
		return g_strdup_printf("%s%u", stem, parts->number);
	return g_strdup_printf("%s%u/%s", stem, parts->number, name);
}

static bool mirrored_place(const LxContext *context, const LxNodeParts *parts, LxPlace *out)
{
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		char *path;

		if (kinds[i].kind != parts->kind)
			continue;
		path = path_of_parts(context, parts, kinds[i].stem);
		if (!path)
			return false;
		*out = (LxPlace){.scope = parts->scope, .mirror = kinds[i].mirror, .path = path};
		return true;
	}
	return false;
}

bool lx_place_of_node(const LxContext *context, LxNode node, LxPlace *out, GError **error)
{
	LxNodeParts parts = lx_node_decode(node);
	const LxRow *row;

	if (parts.kind != LX_KIND_ROW)
		return mirrored_place(context, &parts, out) || fail_stale(node, error);
	row = lx_table_row(parts.number);
	if (!row)
		return fail_stale(node, error);
	*out = (LxPlace){.scope = parts.scope, .row = row};
	return true;
}

LxNode lx_place_row_node(uint32_t scope, const LxRow *row)
{
	LxNodeParts parts = {.scope = scope, .kind = LX_KIND_ROW, .number = row->id};

	return lx_node_encode(&parts);
}

/* "cpu12/topology/core_id" with the stem "cpu": number 12, rest "topology/core_id". */
static bool split_numbered(const char *path, const char *stem, unsigned *number, const char **rest)
{
	LxSlice digits;
	uint64_t value;

	if (!g_str_has_prefix(path, stem))
		return false;
	path += strlen(stem);
	digits = (LxSlice){path, strcspn(path, "/")};
	if (!lx_slice_u64(digits, &value) || value >> LX_NODE_NUMBER_BITS)
		return false;
	*number = (unsigned)value;
	*rest = path[digits.length] ? path + digits.length + 1 : "";
	return true;
}

static bool parts_of_path(LxMirror mirror, const char *path, LxNodeParts *parts, const char **name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (kinds[i].mirror != mirror)
			continue;
		parts->kind = kinds[i].kind;
		parts->number = 0;
		*name = path;
		if (!kinds[i].stem || split_numbered(path, kinds[i].stem, &parts->number, name))
			return true;
	}
	return false;
}

bool lx_place_path_node(const LxContext *context, const LxPlace *place, LxNode *out, GError **error)
{
	LxNodeParts parts = {.scope = place->scope};
	const char *name = NULL;

	if (!parts_of_path(place->mirror, place->path, &parts, &name)) {
		lx_error_set(error, ENOENT, "numbering %s: no kind of node has such a path",
			place->path);
		return false;
	}
	parts.name = *name ? lx_names_number(context->names, name) : 0;
	if (*name && !parts.name) {
		lx_error_set(error, ENOSPC, "numbering %s: too many names", place->path);
		return false;
	}
	*out = lx_node_encode(&parts);
	return true;
}

bool lx_place_is_mirror(const LxPlace *place, LxMirror *out)
{
	if (!place->row)
		*out = place->mirror;
	else if (place->row->id == LX_ROW_CPU)
		*out = LX_MIRROR_CPU;
	else if (place->row->id == LX_ROW_NODE)
		*out = LX_MIRROR_NODE;
	else
		return false;
	return true;
}
