/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pressure files: setting triggers and polling them. */
#pragma once

#define FUSE_USE_VERSION 314
#include <fuse_lowlevel.h>

/* Fills in the operations on pressure files. */
void lx_polls_add(struct fuse_lowlevel_ops *operations);
