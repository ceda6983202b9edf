/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The roots of cgroup mounts; every root that is found must be a path. */
#include <stdlib.h>

#include "identity/mountinfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const LxLayout hybrid = {
	.n_hierarchies = 3,
	.hierarchies =
		{
			{.v2 = false, .mount = (char *)"m", .controllers = (char *)"memory"},
			{.v2 = false, .mount = (char *)"c", .controllers = (char *)"cpu,cpuacct"},
			{.v2 = true, .mount = (char *)"u", .controllers = (char *)""},
		},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_auto(LxMembership) roots = {0};

	lx_mountinfo_cgroup_roots(&hybrid, (LxSlice){(const char *)data, size}, &roots);
	for (unsigned i = 0; i < hybrid.n_hierarchies; i++)
		if (roots.paths[i] && roots.paths[i][0] != '/')
			abort();
	return 0;
}
