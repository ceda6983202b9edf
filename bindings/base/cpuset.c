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
		if (set->words[i]) /* most are empty */
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

bool lx_cpuset_is_empty(const LxCpuset *set)
{
	return lx_cpuset_next(set, 0) == LX_CPUSET_MAX;
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
	unsigned end = MIN(cpu, LX_CPUSET_MAX), rank = 0;

	for (unsigned word = 0; word < end / 64; word++)
		rank += (unsigned)__builtin_popcountll(set->words[word]);
	if (end % 64)
		rank += (unsigned)__builtin_popcountll(
			set->words[end / 64] & ((UINT64_C(1) << (end % 64)) - 1));
	return rank;
}

static bool refuse(LxSlice text, const char *what, const char *form, GError **error)
{
	lx_error_set(error, EINVAL, "parsing %s: \"%.*s\" is no %s of CPUs", what,
		(int)MIN(text.length, 60), text.at, form);
	return false;
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
		if (!add_range(&set, range))
			return refuse(text, what, "list", error);
	}
	*out = set;
	return true;
}

bool lx_cpuset_parse_words(LxSlice text, const char *what, LxCpuset *out, GError **error)
{
	LxSlice rest = lx_slice_trim(text);
	LxCpuset set = {0};
	uint64_t cpu;

	while (rest.length > 0) {
		if (!lx_scan_u64(&rest, &cpu) || cpu >= LX_CPUSET_MAX)
			return refuse(text, what, "row", error);
		lx_cpuset_add(&set, (unsigned)cpu);
	}
	*out = set;
	return true;
}

/* `low` is the number of the group's lowest bit, a multiple of 32. */
static bool add_group(LxCpuset *set, LxSlice group, unsigned low)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < group.length; i++) {
		int digit = g_ascii_xdigit_value(group.at[i]);

		if (digit < 0)
			return false;
		bits = bits << 4 | (unsigned)digit;
	}
	set->words[low / 64] |= bits << (low % 64);
	return true;
}

/* All groups have 8 digits, only the first one may have fewer. */
bool lx_cpuset_parse_mask(
	LxSlice text, const char *what, LxCpuset *out, unsigned *n_bits, GError **error)
{
	LxSlice rest = lx_slice_trim(text);
	size_t first = rest.length % 9;
	unsigned low = (unsigned)MIN(rest.length / 9, LX_CPUSET_MAX) * 32;
	unsigned bits = low + 4 * (unsigned)first;
	LxCpuset set = {0};

	if (first == 0 || bits > LX_CPUSET_MAX)
		return refuse(text, what, "mask", error);
	for (size_t at = 0, length = first; at < rest.length; at += length + 1, length = 8) {
		bool ends = at + length == rest.length || rest.at[at + length] == ',';

		if (!ends || !add_group(&set, (LxSlice){rest.at + at, length}, low))
			return refuse(text, what, "mask", error);
		low -= 32;
	}
	*out = set;
	*n_bits = bits;
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
