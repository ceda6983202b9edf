/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Everything that a recipe may ask: the one place where all rooms meet. */
#pragma once

#include "lxfs.h"

#include "base/clock.h"
#include "cgroup/level.h"
#include "history/history.h"
#include "history/load.h"
#include "host/host.h"
#include "identity/identity.h"
#include "sweep/sweep.h"
#include "tree/names.h"
#include "view/view.h"

/* Ids of the table's rows are smaller. */
#define LX_CONTEXT_ROWS 64

struct LxContext {
	LxSettings settings;
	LxClock clock;
	LxSysroot *root;
	LxHost *host;
	LxLayout *layout;
	LxLevels *levels;
	LxIdentity *identity;
	LxCgroupTree *view; /* NULL: none */
	LxHistory *history; /* CPU time and the rows shown, by container */
	LxLoad *load;       /* load averages, by container */
	LxSweep *sweep;     /* NULL: none */
	LxNames *names;     /* names below sys/devices/system, as numbers */
	void *own_memory;   /* behind history, load and names when the settings gave none */
	size_t own_memory_bytes;
	uint64_t row_bytes[LX_CONTEXT_ROWS]; /* atomic; sizes of the table's files, 0: not measured
					      */
};
