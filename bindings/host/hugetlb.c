/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's pools of huge pages. */
#include "host/hugetlb.h"

#include "base/number.h"

#include <errno.h>

#define FOLDER "sys/kernel/mm/hugepages"

/* "hugepages-2048kB" */
static bool parse_size(const char *name, uint64_t *out_bytes)
{
	static const char prefix[] = "hugepages-", suffix[] = "kB";
	LxSlice slice = lx_slice(name);
	uint64_t kib;

	if (!lx_slice_starts_with(slice, prefix) || !lx_slice_ends_with(slice, suffix))
		return false;
	slice.at += strlen(prefix);
	slice.length -= strlen(prefix) + strlen(suffix);
	if (!lx_slice_u64(slice, &kib))
		return false;
	*out_bytes = lx_number_mul(kib, 1024);
	return true;
}

static bool read_pool(const LxSysroot *root, const char *name, LxHugetlbPool *pool, GError **error)
{
	g_autofree char *path = g_strdup_printf(FOLDER "/%s/nr_hugepages", name);
	g_auto(LxText) text = {0};
	uint64_t pages;

	if (!lx_sysroot_read(root, path, &text, error))
		return false;
	if (!lx_slice_u64(lx_slice_trim(lx_text_slice(&text)), &pages)) {
		lx_error_set(error, EINVAL, "parsing %s: no number", path);
		return false;
	}
	pool->pool_bytes = lx_number_mul(pages, pool->size_bytes);
	return true;
}

/* What went away while it was looked at is left out. Takes `failure`. */
static bool forgive_missing(GError *failure, GError **error)
{
	if (lx_error_code(failure) != ENOENT) {
		g_propagate_error(error, failure);
		return false;
	}
	g_error_free(failure);
	return true;
}

/* Every size but the default one, which pools->pools[0] is. */
static bool add_others(const LxSysroot *root, LxHugetlbPools *pools, GError **error)
{
	GError *failure = NULL;
	g_auto(GStrv) names = lx_sysroot_list(root, FOLDER, &failure);

	if (!names)
		return forgive_missing(failure, error);
	for (char **name = names; *name && pools->n < LX_HUGETLB_SIZES_MAX; name++) {
		LxHugetlbPool pool;

		if (!parse_size(*name, &pool.size_bytes) ||
			pool.size_bytes == pools->pools[0].size_bytes)
			continue;
		if (read_pool(root, *name, &pool, &failure))
			pools->pools[pools->n++] = pool;
		else if (!forgive_missing(g_steal_pointer(&failure), error))
			return false;
	}
	return true;
}

bool lx_hugetlb_read_pools(
	LxHost *host, const LxMeminfo *meminfo, LxHugetlbPools *out, GError **error)
{
	uint64_t size = meminfo->values[LX_MEMINFO_HUGE_PAGE_SIZE];
	uint64_t pool = lx_number_mul(meminfo->values[LX_MEMINFO_HUGE_PAGES_TOTAL], size);
	uint64_t all = meminfo->values[LX_MEMINFO_HUGETLB];
	LxHugetlbPools pools = {.n = 0};

	if (size > 0 && (pool > 0 || all > 0))
		pools.pools[pools.n++] = (LxHugetlbPool){.size_bytes = size, .pool_bytes = pool};
	if (pools.n > 0 && all > pool && !add_others(lx_host_root(host), &pools, error))
		return false;
	*out = pools;
	return true;
}
