/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a node names: a row of the table, or a path below a mirrored folder, in some scope. */
#pragma once

#include "tree/node.h"
#include "tree/table.h"

typedef struct {
	uint32_t scope;
	const LxRow *row; /* NULL: mirrored */
	LxMirror mirror;
	char *path; /* below the mirrored folder; NULL for a row; owned */
} LxPlace;

void lx_place_clear(LxPlace *place);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxPlace, lx_place_clear)

/* ESTALE for a number that names nothing. */
LX_MUST_CHECK bool lx_place_of_node(
	const LxContext *context, LxNode node, LxPlace *out, GError **error);
/* The node of a row. */
LxNode lx_place_row_node(uint32_t scope, const LxRow *row);
/* The node of a mirrored path. Call only for what exists: it may take a number for the name. */
LX_MUST_CHECK bool lx_place_path_node(
	const LxContext *context, const LxPlace *place, LxNode *out, GError **error);
/* A row that stands for a mirrored folder: LX_ROW_CPU and LX_ROW_NODE. */
bool lx_place_is_mirror(const LxPlace *place, LxMirror *out);
