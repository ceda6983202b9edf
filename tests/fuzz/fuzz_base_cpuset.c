/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/cpuset.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was parsed, printed and parsed again is the same set. */
static void check_round_trip(const LxCpuset *set)
{
	g_autoptr(GString) text = g_string_new(NULL);
	LxCpuset again = {0};

	lx_cpuset_append_list(set, text);
	if (!lx_cpuset_parse((LxSlice){text->str, text->len}, "fuzz", &again, NULL))
		abort();
	if (!lx_cpuset_equal(set, &again))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GString) mask = g_string_new(NULL);
	g_autoptr(GError) error = NULL;
	LxCpuset set = {0}, first;
	unsigned count;

	if (!lx_cpuset_parse((LxSlice){(const char *)data, size}, "fuzz", &set, &error)) {
		if (!error)
			abort();
		return 0;
	}
	check_round_trip(&set);
	count = lx_cpuset_count(&set);
	first = lx_cpuset_first(&set, count / 2);
	if (lx_cpuset_count(&first) != count / 2 || lx_cpuset_end(&first) > lx_cpuset_end(&set))
		abort();
	lx_cpuset_append_mask(&set, lx_cpuset_end(&set), mask);
	return 0;
}
