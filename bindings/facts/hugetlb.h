/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pools of huge pages: the host's by size, and what a container may have and has of each. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The kernel's largest HUGE_MAX_HSTATE (powerpc). */
#define LX_HUGETLB_SIZES_MAX 16

typedef struct {
	uint64_t size_bytes; /* of one page */
	uint64_t pool_bytes; /* of all pages of this size */
} LxHugetlbPool;

/* None when the host has no huge page. [0] is the default size (Hugepagesize). */
typedef struct {
	unsigned n;
	LxHugetlbPool pools[LX_HUGETLB_SIZES_MAX];
} LxHugetlbPools;

typedef struct {
	LxHugetlbPool host;
	bool have_limit;
	uint64_t limit_bytes; /* the least of C's and its ancestors'; LX_UNLIMITED: none */
	bool have_usage;
	uint64_t usage_bytes;
	bool have_reserved;
	uint64_t reserved_bytes; /* reservations, those that are in use already among them */
} LxHugetlbUse;

/* In the order of LxHugetlbPools. */
typedef struct {
	unsigned n;
	LxHugetlbUse uses[LX_HUGETLB_SIZES_MAX];
} LxHugetlb;
