/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cgroup view's files: opening, reading, writing, extended attributes. */
#pragma once

#define FUSE_USE_VERSION 314
#include <fuse_lowlevel.h>

/* Fills in the operations on files of that connection. */
void lx_cgroup_files_add(struct fuse_lowlevel_ops *operations);
