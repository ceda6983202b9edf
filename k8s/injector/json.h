/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON from elsewhere: parsed with bounds, and looked into without a word on wrong types. */
#pragma once

#include "lxfs.h"

#include <json-glib/json-glib.h>

/* Deeper than any review, and far from the end of a stack. */
#define LX_INJECT_JSON_DEPTH_MAX 256

/*
 * A JSON text (RFC 8259, UTF-8) as a tree, for json_node_unref. EINVAL: it is none, or one that is
 * nested too deeply. Safe on hostile text.
 */
JsonNode *lx_inject_json_parse(
	const char *text, size_t size, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * Members, borrowed. NULL: the object is NULL, or has no such member, or one of another type. An
 * explicit null is like a member that is not there.
 */
JsonNode *lx_inject_json_node(JsonObject *object, const char *member);
JsonObject *lx_inject_json_object(JsonObject *object, const char *member);
JsonArray *lx_inject_json_array(JsonObject *object, const char *member);
const char *lx_inject_json_string(JsonObject *object, const char *member);
/* false when it is not there. */
bool lx_inject_json_bool(JsonObject *object, const char *member);
/* `fallback` when it is not there. */
gint64 lx_inject_json_int(JsonObject *object, const char *member, gint64 fallback);

/* Elements, borrowed; 0 and NULL of an array that is NULL. */
unsigned lx_inject_json_length(JsonArray *array);
JsonObject *lx_inject_json_object_at(JsonArray *array, unsigned index);

/* The node's text without blanks, members in the order in which they were added; for g_free. */
char *lx_inject_json_text(JsonNode *node);
