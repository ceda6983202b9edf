/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A set of CPU (or NUMA node) numbers and the kernel's two ways of writing one: the list
 * "0-3,8" and the mask "f,00000001" (lib/vsprintf.c, %*pbl and %*pb). A value, copied freely.
 */
#pragma once

#include "base/error.h"
#include "base/scan.h"

/* The largest NR_CPUS that Linux can be built with (8192 with MAXSMP on x86_64 and arm64). */
#define LX_CPUSET_MAX 8192

typedef struct {
	uint64_t words[LX_CPUSET_MAX / 64];
} LxCpuset;

static inline bool lx_cpuset_has(const LxCpuset *set, unsigned cpu)
{
	return cpu < LX_CPUSET_MAX && (set->words[cpu / 64] >> (cpu % 64) & 1);
}

void lx_cpuset_add(LxCpuset *set, unsigned cpu);
unsigned lx_cpuset_count(const LxCpuset *set);
bool lx_cpuset_is_empty(const LxCpuset *set);
/* The smallest member that is >= from; LX_CPUSET_MAX when there is none. */
unsigned lx_cpuset_next(const LxCpuset *set, unsigned from);
/* The largest member + 1; 0 for the empty set. */
unsigned lx_cpuset_end(const LxCpuset *set);
LxCpuset lx_cpuset_and(const LxCpuset *a, const LxCpuset *b);
bool lx_cpuset_equal(const LxCpuset *a, const LxCpuset *b);
/* The first n members, in order. */
LxCpuset lx_cpuset_first(const LxCpuset *set, unsigned n);
/* How many members are smaller than cpu: its number when members are renumbered from 0. */
unsigned lx_cpuset_rank(const LxCpuset *set, unsigned cpu);

#define lx_cpuset_foreach(set, cpu) \
	for (unsigned cpu = lx_cpuset_next((set), 0); cpu < LX_CPUSET_MAX; \
		cpu = lx_cpuset_next((set), cpu + 1))

/* "0-3,8\n", "" and "\n" (the empty set). `what` names the file in the error. */
LX_MUST_CHECK bool lx_cpuset_parse(LxSlice text, const char *what, LxCpuset *out, GError **error);
/* "0 1 2\n": the members one by one, as cpufreq prints them. */
LX_MUST_CHECK bool lx_cpuset_parse_words(
	LxSlice text, const char *what, LxCpuset *out, GError **error);
/*
 * "f,00000001\n". *n_bits is what lx_cpuset_append_mask needs to print a mask of the same width: 4
 * for each digit.
 */
LX_MUST_CHECK bool lx_cpuset_parse_mask(
	LxSlice text, const char *what, LxCpuset *out, unsigned *n_bits, GError **error);
/* Appends "0-3,8", without a newline. */
void lx_cpuset_append_list(const LxCpuset *set, GString *to);
/* Appends the mask of `n_bits` bits in groups of 32, as the kernel prints it for that many bits. */
void lx_cpuset_append_mask(const LxCpuset *set, unsigned n_bits, GString *to);
