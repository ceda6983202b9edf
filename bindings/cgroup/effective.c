/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Limits as they hold: the tightest of all levels. */
#include "cgroup/effective.h"

#include "base/number.h"

static const struct {
	const char *name;
	LxEffective kind;
} files[] = {
	{"memory.max", LX_EFFECTIVE_NUMBER},
	{"memory.high", LX_EFFECTIVE_NUMBER},
	{"memory.swap.max", LX_EFFECTIVE_NUMBER},
	{"pids.max", LX_EFFECTIVE_NUMBER},
	{"memory.limit_in_bytes", LX_EFFECTIVE_NUMBER},
	{"memory.memsw.limit_in_bytes", LX_EFFECTIVE_NUMBER},
	{"cpu.max", LX_EFFECTIVE_RATE},
	{"cpu.cfs_quota_us", LX_EFFECTIVE_QUOTA},
};

static const char period_name[] = "cpu.cfs_period_us";

LxEffective lx_effective_of(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
		if (strcmp(files[i].name, name) == 0)
			return files[i].kind;
	return LX_EFFECTIVE_NOT;
}

const char *lx_effective_period_name(void)
{
	return period_name;
}

/* `period` is 1 where a limit is a plain number. */
typedef struct {
	uint64_t quota; /* LX_UNLIMITED */
	uint64_t period;
} Limit;

static bool parse_number(LxSlice word, uint64_t *out)
{
	if (!lx_slice_equal(word, "max") && !lx_slice_equal(word, "-1"))
		return lx_slice_u64(word, out);
	*out = LX_UNLIMITED;
	return true;
}

static bool parse(LxEffective kind, const LxEffectiveLevel *level, Limit *out)
{
	LxSlice rest = lx_slice_trim(level->limit), word;
	Limit limit = {.period = 1};

	if (!lx_scan_word(&rest, &word) || !parse_number(word, &limit.quota))
		return false;
	if (kind == LX_EFFECTIVE_RATE && !lx_scan_u64(&rest, &limit.period))
		return false;
	if (kind == LX_EFFECTIVE_QUOTA &&
		!lx_slice_u64(lx_slice_trim(level->period), &limit.period))
		return false;
	*out = limit;
	return limit.period > 0;
}

/* a.quota / a.period < b.quota / b.period */
static bool is_tighter(const Limit *a, const Limit *b)
{
	if (a->quota == LX_UNLIMITED || b->quota == LX_UNLIMITED)
		return a->quota != LX_UNLIMITED;
	return (unsigned __int128)a->quota * b->period < (unsigned __int128)b->quota * a->period;
}

static void print(LxEffective kind, const Limit *limit, GString *out)
{
	if (limit->quota != LX_UNLIMITED)
		g_string_append_printf(out, "%" G_GUINT64_FORMAT, limit->quota);
	else
		g_string_append(out, kind == LX_EFFECTIVE_QUOTA ? "-1" : "max");
	if (kind == LX_EFFECTIVE_RATE)
		g_string_append_printf(out, " %" G_GUINT64_FORMAT, limit->period);
	g_string_append_c(out, '\n');
}

void lx_effective_append(
	LxEffective kind, const LxEffectiveLevel *levels, unsigned n_levels, GString *out)
{
	Limit tightest, own, other;

	if (n_levels == 0 || !parse(kind, &levels[0], &own)) {
		if (n_levels > 0)
			g_string_append_len(
				out, levels[0].limit.at, (gssize)levels[0].limit.length);
		return;
	}
	tightest = own;
	for (unsigned i = 1; i < n_levels; i++)
		if (parse(kind, &levels[i], &other) && is_tighter(&other, &tightest))
			tightest = other;
	/* Beside it stands the cgroup's own period. */
	if (kind == LX_EFFECTIVE_QUOTA && tightest.quota != LX_UNLIMITED)
		tightest.quota = lx_number_scale(tightest.quota, own.period, tightest.period);
	print(kind, &tightest, out);
}
