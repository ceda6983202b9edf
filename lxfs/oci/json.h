/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JSON: what somebody else wrote (an OCI state, a bundle's config.json), and what lxfs prints.
 *
 * json-c takes more than JSON even where it is told to be strict (single quotes, for one), and ends
 * a member's name at a NUL. So a text is first held against what json-c, `oci/splice` and whoever
 * wrote it read in the same way: UTF-8, strict JSON's characters, and no name with a NUL in it. Of
 * members with the same name the last one counts. What is nested deeper than any configuration is
 * refused.
 */
#pragma once

#include "lxfs.h"

#include <json-c/json_object.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(json_object, json_object_put)

/* An object: whatever else the text is, is an error (EINVAL). For json_object_put. */
json_object *lx_json_parse(
	const char *text, size_t length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Members; NULL when there is none of that name and kind. Borrowed. */
json_object *lx_json_object(json_object *object, const char *name);
json_object *lx_json_array(json_object *object, const char *name);
/* One with a NUL in it is none: whoever reads it as a string of C reads another. */
const char *lx_json_string(json_object *object, const char *name);
/*
 * 0 when there is none. Beyond 64 bits with a sign it is the largest, or the smallest; a text with
 * a number that is beyond 64 bits without one, too, may be refused: json-c does from 0.18 on.
 */
int64_t lx_json_integer(json_object *object, const char *name);

/* Of an array; NULL has none. */
size_t lx_json_length(json_object *array);
/* The element of an array as an object or string; NULL when it is none. Borrowed. */
json_object *lx_json_object_at(json_object *array, size_t index);
const char *lx_json_string_at(json_object *array, size_t index);

/* NULL, which json-c prints as null, for NULL. What is no UTF-8 is made so. */
json_object *lx_json_new_text(const char *text);
/* Such a one as a member. */
void lx_json_add_text(json_object *to, const char *name, const char *text);

/* In one line, without a newline. For g_free. */
char *lx_json_line(json_object *value);
/* For people to read as well: a member to a line, and a newline at the end. For g_free. */
char *lx_json_page(json_object *value);
