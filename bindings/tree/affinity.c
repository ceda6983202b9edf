/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What sched_getaffinity(2) tells a caller: of the CPUs it may run on those that its files show. */
#include "lxfs.h"

#include "model/cpus.h"
#include "tree/call.h"
#include "tree/visible.h"

#include <errno.h>
#include <string.h>

/* A thread that has bound itself to a CPU that is not shown is told the truth. */
static bool cut(const LxReading *reading, gpointer out, GError **error)
{
	LxCpuset *set = out;
	LxCpuset visible;
	LxCpuset shown;

	if (!lx_visible_cpus(reading, &visible, error))
		return false;
	shown = lx_cpus_shown(set, &visible, lx_visible_is_renumbered(reading));
	if (!lx_cpuset_is_empty(&shown))
		*set = shown;
	return true;
}

bool lx_tree_affinity(const LxCaller *caller, uint64_t *mask, size_t n_words, GError **error)
{
	LxCpuset set = {0};

	if (n_words > G_N_ELEMENTS(set.words)) {
		lx_error_set(
			error, E2BIG, "a mask of %zu CPUs: no kernel has so many", n_words * 64);
		return false;
	}
	memcpy(set.words, mask, n_words * sizeof *mask);
	if (!lx_call_read(caller, cut, &set, error))
		return false;
	memcpy(mask, set.words, n_words * sizeof *mask);
	return true;
}
