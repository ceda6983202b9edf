/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Open files and what is read from them. */
#pragma once

#define FUSE_USE_VERSION 314
#include <fuse_lowlevel.h>

/* Fills in the operations on open files. */
void lx_texts_add(struct fuse_lowlevel_ops *operations);
