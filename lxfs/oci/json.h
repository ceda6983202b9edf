/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JSON that somebody else wrote: an OCI state, a bundle's config.json.
 *
 * json-glib parses by recursion and takes more than JSON (comments, for one). So a text is first
 * held against what both json-glib and `oci/splice` read in the same way: strict JSON's characters,
 * and no deeper than any configuration is.
 */
#pragma once

#include "lxfs.h"

#include <json-glib/json-glib.h>

/* An object: whatever else the text is, is an error (EINVAL). For json_object_unref. */
JsonObject *lx_json_parse(
	const char *text, size_t length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Members; NULL when there is none of that name and kind. Borrowed. */
JsonObject *lx_json_object(JsonObject *object, const char *name);
JsonArray *lx_json_array(JsonObject *object, const char *name);
const char *lx_json_string(JsonObject *object, const char *name);
/* 0 when there is none. */
int64_t lx_json_integer(JsonObject *object, const char *name);

/* The element of an array as an object or string; NULL when it is none. Borrowed. */
JsonObject *lx_json_object_at(JsonArray *array, unsigned index);
const char *lx_json_string_at(JsonArray *array, unsigned index);
