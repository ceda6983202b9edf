/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cgroup view's names: looking them up, folders, owners and modes. */
#pragma once

#define FUSE_USE_VERSION 314
#include <fuse_lowlevel.h>

/* Fills in the operations on names of that connection. */
void lx_cgroup_names_add(struct fuse_lowlevel_ops *operations);
