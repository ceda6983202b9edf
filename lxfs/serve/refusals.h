/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The operations that procfs does not have, answered with the errors that it gives. */
#pragma once

#define FUSE_USE_VERSION 314
#include <fuse_lowlevel.h>

/* Fills in what must be refused in its own way; all else libfuse answers with ENOSYS. */
void lx_refusals_add(struct fuse_lowlevel_ops *operations);
