/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The names of all containers in a containers/storage (Podman), which keeps them in one file: read
 * once, however many containers are looked up.
 */
#pragma once

#include "lxfs.h"

typedef struct LxShelf LxShelf;

/* Of the storages below `root` ("/" on a live host). What cannot be read has no names. */
LxShelf *lx_shelf_new(const char *root);
void lx_shelf_free(LxShelf *shelf);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxShelf, lx_shelf_free)

/* Adds what a containers.json says. Quiet about nonsense: false, and nothing is added. */
bool lx_shelf_parse(LxShelf *shelf, const char *text, size_t length);

/* As it is written there; NULL: none. Borrowed. */
const char *lx_shelf_name(const LxShelf *shelf, const char *id);
