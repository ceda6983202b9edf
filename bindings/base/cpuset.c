/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A set of CPU (or NUMA node) numbers and the kernel's two ways of writing one. */
#include "base/cpuset.h"

#include <errno.h>

#define WORDS (LX_CPUSET_MAX / 64)

void lx_cpuset_add(LxCpuset *set, unsigned cpu)
{
	if (cpu < LX_CPUSET_MAX)
		set->words[cpu / 64] |= UINT64_C(1) << (cpu % 64);
}

unsigned lx_cpuset_count(const LxCpuset *set)
{
	unsigned count = 0;

	for (unsigned i = 0; i < WORDS; i++)
		count += (unsigned)__builtin_popcountll(set->words[i]);
	return count;
}

unsigned lx_cpuset_next(const LxCpuset *set, unsigned from)
{
	for (unsigned word = from / 64; word < WORDS; word++) {
		uint64_t bits = set->words[word];

		if (word == from / 64)
			bits &= UINT64_MAX << (from % 64);
		if (bits)
			return word * 64 + (unsigned)__builtin_ctzll(bits);
	}
	return LX_CPUSET_MAX;
}

unsigned lx_cpuset_end(const LxCpuset *set)
{
	for (unsigned word = WORDS; word-- > 0;)
		if (set->words[word])
			return word * 64 + 64 - (unsigned)__builtin_clzll(set->words[word]);
	return 0;
}

LxCpuset lx_cpuset_and(const LxCpuset *a, const LxCpuset *b)
{
	LxCpuset both;

	for (unsigned i = 0; i < WORDS; i++)
		both.words[i] = a->words[i] & b->words[i];
	return both;
}

bool lx_cpuset_equal(const LxCpuset *a, const LxCpuset *b)
{
	return memcmp(a->words, b->words, sizeof a->words) == 0;
}

LxCpuset lx_cpuset_first(const LxCpuset *set, unsigned n)
{
	LxCpuset first = {0};

	lx_cpuset_foreach(set, cpu)
	{
		if (n-- == 0)
			break;
		lx_cpuset_add(&first, cpu);
	}
	return first;
}

unsigned lx_cpuset_rank(const LxCpuset *set, unsigned cpu)
{
	unsigned rank = 0;

	lx_cpuset_foreach(set, member)
	{
		if (member >= cpu)
			break;
		rank++;
	}
	return rank;
}

/* "8" or "0-3"; the kernel's other form, "0-31:1/2", is only for writing and never printed. */
static bool add_range(LxCpuset *set, LxSlice range)
{
	LxSlice low_part, high_part = range;
	uint64_t low, high;

	if (!lx_scan_until(&high_part, '-', &low_part))
		low_part = high_part;
	if (!lx_slice_u64(low_part, &low) || !lx_slice_u64(high_part, &high))
		return false;
	if (low > high || high >= LX_CPUSET_MAX)
		return false;
	for (uint64_t cpu = low; cpu <= high; cpu++)
		lx_cpuset_add(set, (unsigned)cpu);
	return true;
}

bool lx_cpuset_parse(LxSlice text, const char *what, LxCpuset *out, GError **error)
{
	LxSlice rest = lx_slice_trim(text), range;
	LxCpuset set = {0};

	while (rest.length > 0) {
		if (!lx_scan_until(&rest, ',', &range)) {
			range = rest;
			rest.length = 0;
		}
		if (!add_range(&set, range)) {
			lx_error_set(error, EINVAL, "parsing %s: \"%.*s\" is no list of CPUs", what,
				(int)MIN(text.length, 60), text.at);
			return false;
		}
	}
	*out = set;
	return true;
}

void lx_cpuset_append_list(const LxCpuset *set, GString *to)
{
	const char *separator = "";
	unsigned low = lx_cpuset_next(set, 0);

	while (low < LX_CPUSET_MAX) {
		unsigned high = low;

		while (lx_cpuset_has(set, high + 1))
			high++;
		g_string_append_printf(to, "%s%u", separator, low);
		if (high > low)
			g_string_append_printf(to, "-%u", high);
		separator = ",";
		low = lx_cpuset_next(set, high + 1);
	}
}

void lx_cpuset_append_mask(const LxCpuset *set, unsigned n_bits, GString *to)
{
	unsigned groups = (MIN(n_bits, LX_CPUSET_MAX) + 31) / 32;

	for (unsigned group = groups; group-- > 0;) {
		uint32_t bits = (uint32_t)(set->words[group / 2] >> (group % 2 * 32));
		unsigned in_group = group == groups - 1 ? n_bits - group * 32 : 32;

		g_string_append_printf(to, "%0*x", (int)((in_group + 3) / 4), bits);
		if (group > 0)
			g_string_append_c(to, ',');
	}
}
