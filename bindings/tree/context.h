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
#include "tree/names.h"

struct LxContext {
	LxSettings settings;
	LxClock clock;
	LxSysroot *root;
	LxHost *host;
	LxLayout *layout;
	LxLevels *levels;
	LxIdentity *identity;
	LxHistory *history; /* CPU time and the rows shown, by container */
	LxLoad *load;       /* load averages, by container */
	LxNames *names;     /* names below sys/devices/system, as numbers */
	void *own_memory;   /* behind history, load and names when the settings gave none */
};
