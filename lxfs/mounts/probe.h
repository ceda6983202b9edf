/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Does the server of a mount answer? Asked in a child, since one that hangs would hang us too. */
#pragma once

#include "lxfs.h"

typedef enum {
	LX_PROBE_ALIVE,
	LX_PROBE_DEAD,    /* its server has gone for good */
	LX_PROBE_SILENT,  /* no answer in time: it may come yet */
	LX_PROBE_UNASKED, /* there was no room for a child: errno says of what */
} LxProbe;

/* The mount that a descriptor (O_PATH will do) lies on. */
LxProbe lx_probe_fd(int fd, unsigned limit_msec);
LxProbe lx_probe_path(const char *path, unsigned limit_msec);
