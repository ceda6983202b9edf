/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of a cgroup's tasks. */
#include "cgroup/tasks.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_auto(LxTaskIds) ids = {0};
	g_autoptr(GError) error = NULL;
	LxSlice text = {(const char *)data, size};

	if (lx_tasks_parse(text, "tasks", &ids, &error) != !error)
		abort();
	for (unsigned i = 0; i < ids.n; i++)
		if (ids.tids[i] <= 0)
			abort();
	return 0;
}
