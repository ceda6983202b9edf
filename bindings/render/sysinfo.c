/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The bytes that sysinfo(2) writes: those of a 64-bit kernel for 64-bit and for 32-bit callers (its
 * compat_sysinfo), in this machine's byte order. Memory is told in bytes, unless a 32-bit caller's
 * would overflow; then in pages.
 */
#include "render/sysinfo.h"

#include "base/number.h"

typedef struct {
	int64_t uptime;
	uint64_t loads[3];
	uint64_t total_ram, free_ram, shared_ram, buffer_ram, total_swap, free_swap;
	uint16_t procs, pad;
	uint64_t total_high, free_high;
	uint32_t unit;
} Wide;
_Static_assert(sizeof(Wide) == 112, "struct sysinfo of a 64-bit caller");

typedef struct {
	int32_t uptime;
	uint32_t loads[3];
	uint32_t total_ram, free_ram, shared_ram, buffer_ram, total_swap, free_swap;
	uint16_t procs, pad;
	uint32_t total_high, free_high;
	uint32_t unit;
	char unused[8];
} Narrow;
_Static_assert(sizeof(Narrow) == 64, "struct sysinfo of a 32-bit caller");

static uint16_t procs(const LxSysinfoNumbers *numbers)
{
	return (uint16_t)lx_number_min(numbers->tasks, UINT16_MAX);
}

static void render_wide(const LxSysinfoNumbers *numbers, GString *bytes)
{
	Wide wide;

	memset(&wide, 0, sizeof wide); /* the gaps, too: a container reads them */
	wide.uptime = (int64_t)lx_number_min(numbers->uptime_sec, INT64_MAX);
	for (int i = 0; i < 3; i++)
		wide.loads[i] = numbers->loads[i];
	wide.total_ram = numbers->memory_bytes;
	wide.free_ram = numbers->free_bytes;
	wide.shared_ram = numbers->shared_bytes;
	wide.buffer_ram = numbers->buffer_bytes;
	wide.total_swap = numbers->swap_bytes;
	wide.free_swap = numbers->swap_free_bytes;
	wide.procs = procs(numbers);
	wide.unit = 1;
	g_string_append_len(bytes, (const char *)&wide, sizeof wide);
}

static uint64_t unit_of(const LxSysinfoNumbers *numbers, uint64_t page_bytes)
{
	bool fits = numbers->memory_bytes <= UINT32_MAX && numbers->swap_bytes <= UINT32_MAX;

	return fits ? 1 : page_bytes;
}

static uint32_t in_units(uint64_t bytes, uint64_t unit)
{
	return (uint32_t)lx_number_min(bytes / unit, UINT32_MAX);
}

static void render_narrow(const LxSysinfoNumbers *numbers, uint64_t page_bytes, GString *bytes)
{
	uint64_t unit = unit_of(numbers, page_bytes);
	Narrow narrow;

	memset(&narrow, 0, sizeof narrow);
	narrow.uptime = (int32_t)lx_number_min(numbers->uptime_sec, INT32_MAX);
	for (int i = 0; i < 3; i++)
		narrow.loads[i] = (uint32_t)lx_number_min(numbers->loads[i], UINT32_MAX);
	narrow.total_ram = in_units(numbers->memory_bytes, unit);
	narrow.free_ram = in_units(numbers->free_bytes, unit);
	narrow.shared_ram = in_units(numbers->shared_bytes, unit);
	narrow.buffer_ram = in_units(numbers->buffer_bytes, unit);
	narrow.total_swap = in_units(numbers->swap_bytes, unit);
	narrow.free_swap = in_units(numbers->swap_free_bytes, unit);
	narrow.procs = procs(numbers);
	narrow.unit = (uint32_t)unit;
	g_string_append_len(bytes, (const char *)&narrow, sizeof narrow);
}

void lx_render_sysinfo(
	const LxSysinfoNumbers *numbers, bool narrow, uint64_t page_bytes, GString *bytes)
{
	if (narrow)
		render_narrow(numbers, page_bytes, bytes);
	else
		render_wide(numbers, bytes);
}
