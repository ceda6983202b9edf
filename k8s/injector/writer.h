/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JSON that we say ourselves, written as text at once. json-glib's builder makes a tree first, and
 * a tree of a patch costs several times what the patch's text does. Whoever calls is trusted to
 * begin and end in pairs; strings are valid UTF-8.
 */
#pragma once

#include "lxfs.h"

typedef struct LxInjectWriter LxInjectWriter;

LxInjectWriter *lx_inject_writer_new(void);
void lx_inject_writer_free(LxInjectWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxInjectWriter, lx_inject_writer_free)

void lx_inject_writer_begin_object(LxInjectWriter *writer);
void lx_inject_writer_end_object(LxInjectWriter *writer);
void lx_inject_writer_begin_array(LxInjectWriter *writer);
void lx_inject_writer_end_array(LxInjectWriter *writer);

/* In an object, before each value. */
void lx_inject_writer_member(LxInjectWriter *writer, const char *name);

/* NULL is null. */
void lx_inject_writer_string(LxInjectWriter *writer, const char *value);
/* The text in base64, as a string. */
void lx_inject_writer_base64(LxInjectWriter *writer, const char *value);
void lx_inject_writer_bool(LxInjectWriter *writer, bool value);
void lx_inject_writer_int(LxInjectWriter *writer, gint64 value);

/* "name": "value" in one call. */
void lx_inject_writer_pair(LxInjectWriter *writer, const char *name, const char *value);

/* The text without blanks, for g_free. Leaves the writer empty. */
char *lx_inject_writer_take(LxInjectWriter *writer);
