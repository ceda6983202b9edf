/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host's /proc/cpuinfo cut into parts, each of one CPU or of the whole machine. Every byte of
 * the text is in exactly one part, in order: each architecture prints what it likes, and lxfs
 * passes it on without knowing it.
 */
#pragma once

#include "base/scan.h"

/* The numbers of a part that depend on which CPUs there are. */
typedef enum {
	LX_CPUINFO_CPU,      /* "processor", "cpu number": the CPU's own number */
	LX_CPUINFO_SIBLINGS, /* CPUs in its package */
	LX_CPUINFO_CORES,    /* cores in its package */
	LX_CPUINFO_COUNT,    /* "# processors" of s390: CPUs in the machine */
	LX_N_CPUINFO_NUMBERS
} LxCpuinfoNumber;

typedef struct {
	LxSlice text;
	bool have_cpu; /* false: the machine's */
	bool have_core;
	int64_t package; /* "physical id"; 0 where there is none: one package */
	int64_t core;    /* "core id": unique in its package */
	uint64_t numbers[LX_N_CPUINFO_NUMBERS];
	LxSlice digits[LX_N_CPUINFO_NUMBERS]; /* where they stand in it; {NULL, 0}: they do not */
} LxCpuinfoPart;

/* The slices belong to the text that was parsed. Free with lx_cpuinfo_clear. */
typedef struct {
	GArray *parts; /* of LxCpuinfoPart */
} LxCpuinfo;

static inline void lx_cpuinfo_clear(LxCpuinfo *cpuinfo)
{
	g_clear_pointer(&cpuinfo->parts, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxCpuinfo, lx_cpuinfo_clear)

static inline const LxCpuinfoPart *lx_cpuinfo_part(const LxCpuinfo *cpuinfo, unsigned i)
{
	return &g_array_index(cpuinfo->parts, LxCpuinfoPart, i);
}

/* What of it is shown: one row for each part. Free with lx_cpuinfo_choice_clear. */
typedef struct {
	bool shown;
	uint64_t numbers[LX_N_CPUINFO_NUMBERS]; /* what stands for the digits */
} LxCpuinfoShown;

typedef struct {
	GArray *rows; /* of LxCpuinfoShown */
} LxCpuinfoChoice;

static inline void lx_cpuinfo_choice_clear(LxCpuinfoChoice *choice)
{
	g_clear_pointer(&choice->rows, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxCpuinfoChoice, lx_cpuinfo_choice_clear)
