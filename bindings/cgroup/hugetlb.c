/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The huge pages of a container's cgroup -> facts. */
#include "cgroup/hugetlb.h"

#include "base/number.h"

#include <errno.h>

typedef struct {
	const char *limit, *usage, *reserved;
} Names;

static const Names names_v1 = {"limit_in_bytes", "usage_in_bytes", "rsvd.usage_in_bytes"};
static const Names names_v2 = {"max", "current", "rsvd.current"};

/* "hugetlb.2MB.max": sizes are written as mm/hugetlb_cgroup.c does (mem_fmt). */
static char *file_name(uint64_t size_bytes, const char *what)
{
	static const struct {
		unsigned shift;
		const char *unit;
	} units[] = {{30, "GB"}, {20, "MB"}, {10, "KB"}};
	size_t i = 0;

	while (i + 1 < G_N_ELEMENTS(units) && size_bytes >> units[i].shift == 0)
		i++;
	return g_strdup_printf("hugetlb.%" G_GUINT64_FORMAT "%s.%s",
		(guint64)(size_bytes >> units[i].shift), units[i].unit, what);
}

static bool parse_number(LxSlice text, uint64_t *out)
{
	text = lx_slice_trim(text);
	if (lx_slice_equal(text, "max")) {
		*out = LX_UNLIMITED;
		return true;
	}
	return lx_slice_u64(text, out);
}

/* The files are read only on hosts that use huge pages, so their descriptors are not kept. */
static bool read_number(
	LxLevel *level, const char *name, uint64_t *out, bool *present, GError **error)
{
	g_auto(LxText) text = {0};

	*present = false;
	if (!lx_level_read_by_name(level, name, &text, error))
		return false;
	if (!text.bytes)
		return true;
	if (!parse_number(lx_text_slice(&text), out)) {
		lx_error_set(error, EINVAL, "parsing %s of the cgroup %s: no number", name,
			lx_level_path(level));
		return false;
	}
	*present = true;
	return true;
}

static bool read_limits(LxLevel *level, const char *name, LxHugetlbUse *use, GError **error)
{
	for (; level; level = lx_level_parent(level)) {
		uint64_t limit;
		bool present;

		if (!read_number(level, name, &limit, &present, error))
			return false;
		if (!present)
			continue;
		use->have_limit = true;
		use->limit_bytes = lx_number_min(use->limit_bytes, limit);
	}
	return true;
}

static bool read_size(LxLevel *level, const LxHugetlbPool *pool, LxHugetlbUse *out, GError **error)
{
	const Names *names = lx_level_is_v2(level) ? &names_v2 : &names_v1;
	g_autofree char *limit = file_name(pool->size_bytes, names->limit);
	g_autofree char *usage = file_name(pool->size_bytes, names->usage);
	g_autofree char *reserved = file_name(pool->size_bytes, names->reserved);
	LxHugetlbUse use = {.host = *pool, .limit_bytes = LX_UNLIMITED};

	if (!read_limits(level, limit, &use, error) ||
		!read_number(level, usage, &use.usage_bytes, &use.have_usage, error) ||
		!read_number(level, reserved, &use.reserved_bytes, &use.have_reserved, error))
		return false;
	*out = use;
	return true;
}

bool lx_cgroup_read_hugetlb(
	LxCgroup *cgroup, const LxHugetlbPools *pools, LxHugetlb *out, GError **error)
{
	LxLevel *level = lx_cgroup_level(cgroup, LX_CONTROLLER_HUGETLB);
	LxHugetlb hugetlb = {.n = 0};

	for (unsigned i = 0; level && i < pools->n; i++)
		if (!read_size(level, &pools->pools[i], &hugetlb.uses[hugetlb.n++], error))
			return false;
	*out = hugetlb;
	return true;
}
