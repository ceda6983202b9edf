/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arithmetic on kernel numbers: nothing wraps, nothing divides by zero. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A limit that does not exist ("max" on v2, the page counter's end on v1). */
#define LX_UNLIMITED UINT64_MAX

static inline uint64_t lx_number_add(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

/* Subtraction that stops at 0: min0(a - b) of docs/views.md. */
static inline uint64_t lx_number_sub(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static inline uint64_t lx_number_mul(uint64_t a, uint64_t b)
{
	uint64_t product;

	return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

static inline uint64_t lx_number_min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t lx_number_max(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* value * numerator / denominator, exact through 128 bits, saturating; 0 for a denominator of 0. */
static inline uint64_t lx_number_scale(uint64_t value, uint64_t numerator, uint64_t denominator)
{
	unsigned __int128 scaled;

	if (denominator == 0)
		return 0;
	scaled = (unsigned __int128)value * numerator / denominator;
	return scaled > UINT64_MAX ? UINT64_MAX : (uint64_t)scaled;
}

/* ceil(a / b); LX_UNLIMITED for b = 0. */
static inline uint64_t lx_number_ceil_div(uint64_t a, uint64_t b)
{
	if (b == 0)
		return LX_UNLIMITED;
	return a / b + (a % b != 0);
}
