/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's load averages in its own fixed point (kernel/sched/loadavg.c). */
#include "model/load_average.h"

#define ONE (UINT64_C(1) << LX_LOAD_AVERAGE_SHIFT)

/* 1/exp(5 s / 1 min), 1/exp(5 s / 5 min), 1/exp(5 s / 15 min) */
static const uint64_t decay[3] = {1884, 2014, 2037};

static uint64_t fixed_times(uint64_t a, uint64_t b)
{
	return (a * b + ONE / 2) >> LX_LOAD_AVERAGE_SHIFT;
}

/* x^n, rounded at each step as the kernel rounds (fixed_power_int). */
static uint64_t fixed_power(uint64_t x, uint64_t n)
{
	uint64_t result = ONE;

	for (; n; n >>= 1) {
		if (n & 1)
			result = fixed_times(result, x);
		x = fixed_times(x, x);
	}
	return result;
}

/* Rounded up while the load rises, down while it falls, so that it gets where it goes. */
static uint64_t step(uint64_t load, uint64_t keep, uint64_t active)
{
	uint64_t sum = load * keep + active * (ONE - keep);

	if (active >= load)
		sum += ONE - 1;
	return sum / ONE;
}

uint64_t lx_load_average_hundredths(uint64_t fixed)
{
	fixed += ONE / 200;
	return fixed / ONE * 100 + fixed % ONE * 100 / ONE;
}

LxLoadAverage lx_load_average_of(unsigned active)
{
	uint64_t load = active * ONE;

	return (LxLoadAverage){{load, load, load}};
}

LxLoadAverage lx_load_average_advance(const LxLoadAverage *average, unsigned active, uint64_t ticks)
{
	LxLoadAverage next = *average;

	if (ticks == 0)
		return next;
	for (int i = 0; i < 3; i++)
		next.fixed[i] = step(next.fixed[i], fixed_power(decay[i], ticks), active * ONE);
	return next;
}
