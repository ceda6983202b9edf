/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The shape of /proc/stat, and the text that is printed in it. */
#include "host/stat.h"
#include "render/stat.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	LxCpuTimesRow row = {0};
	LxCpuTimes times = {.n_rows = 1, .rows = &row};
	LxLifetime lifetime = {0};
	LxTaskCounts tasks = {0};
	g_auto(LxStatShape) shape = {0};
	LxStatNumbers numbers = {&shape, &times, &lifetime, &tasks, 100};
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GError) error = NULL;

	if (lx_stat_parse((LxSlice){(const char *)data, size}, "stat", &shape, &error) != !error)
		abort();
	lx_render_stat(&numbers, text);
	if (!error && text->len == 0)
		abort();
	return 0;
}
