/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names in the tree: looking them up, their attributes, folders and links. */
#pragma once

#define FUSE_USE_VERSION 314
#include <fuse_lowlevel.h>

/* Fills in the operations on names. */
void lx_entries_add(struct fuse_lowlevel_ops *operations);
