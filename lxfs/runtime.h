/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small files in the runtime folder. Quiet about failures: nothing depends on these files. */
#pragma once

/* A new file is moved over the old one: a reader never sees half a text. Nothing is synced. */
void lx_runtime_write(const char *runtime_dir, const char *name, const char *text);
void lx_runtime_remove(const char *runtime_dir, const char *name);
/* The first line; for g_free. NULL when there is no such file. */
char *lx_runtime_read(const char *runtime_dir, const char *name);
