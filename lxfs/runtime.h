/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Small files in the runtime folder, by which one verb tells another. Writing is quiet about
 * failures: nothing that is served depends on these files.
 */
#pragma once

/* A new file is moved over the old one: a reader never sees half a text. Nothing is synced. */
void lx_runtime_write(const char *runtime_dir, const char *name, const char *text);
void lx_runtime_remove(const char *runtime_dir, const char *name);

/* RUNTIME/mountpoint: where this instance is mounted. Written by `serve` before it mounts. */
void lx_runtime_remember(const char *runtime_dir, const char *mountpoint);
/* For g_free; NULL when nothing is remembered. */
char *lx_runtime_mountpoint(const char *runtime_dir);
