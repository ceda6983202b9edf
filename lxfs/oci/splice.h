/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Adding to a JSON text without rewriting it.
 *
 * A bundle's config.json belongs to the runtime that reads it. Parsed and printed again it would
 * not be the same: a parser keeps numbers in 64 bits and one of two members with the same name, and
 * ends a name where it has a NUL. So the text stays as it is, byte for byte, and what is added is
 * put in where it belongs.
 */
#pragma once

#include "lxfs.h"

/*
 * Puts the JSON text `element` behind the last element of the array that the names lead to, through
 * objects, from the root; NULL ends them. Arrays and objects that are missing, or null, are made.
 * The names must have nothing to escape.
 *
 * The text must be one that lx_json_parse takes. EINVAL, and the text unchanged: what is there is
 * no object or array. Of members with the same name the last one counts, as it does for parsers.
 */
bool lx_splice_append(GString *text, const char *const *names, const char *element,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same in front of the first element. */
bool lx_splice_prepend(GString *text, const char *const *names, const char *element,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Gives the last of the names a value. EEXIST: it has one that is not null. */
bool lx_splice_set(GString *text, const char *const *names, const char *value,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
