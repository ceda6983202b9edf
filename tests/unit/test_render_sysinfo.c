/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "render/sysinfo.h"

#include <sys/sysinfo.h>

#define GIB (UINT64_C(1) << 30)

static const LxSysinfoNumbers small = {.uptime_sec = 90,
	.loads = {65536, 2, 3},
	.memory_bytes = 256 << 20,
	.free_bytes = 200 << 20,
	.shared_bytes = 4096,
	.buffer_bytes = 8192,
	.swap_bytes = 3 << 20,
	.swap_free_bytes = 2 << 20,
	.tasks = 12};

/* struct compat_sysinfo of kernel/sys.c: where each word lies. */
enum { N_UPTIME, N_LOAD, N_TOTAL = 4, N_FREE, N_SHARED, N_BUFFER, N_SWAP, N_SWAP_FREE, N_PROCS };
enum { N_HIGH = 11, N_FREE_HIGH, N_UNIT };

static GString *render(const LxSysinfoNumbers *numbers, bool narrow)
{
	GString *bytes = g_string_new(NULL);

	lx_render_sysinfo(numbers, narrow, 4096, bytes);
	return bytes;
}

START_TEST(a_wide_caller_gets_the_kernels_struct)
{
	g_autoptr(GString) bytes = render(&small, false);
	struct sysinfo got;

	if (sizeof(long) != 8)
		return;
	ck_assert_uint_eq(bytes->len, sizeof got);
	memcpy(&got, bytes->str, sizeof got);
	ck_assert_int_eq(got.uptime, 90);
	ck_assert_uint_eq(got.loads[0], 65536);
	ck_assert_uint_eq(got.loads[2], 3);
	ck_assert_uint_eq(got.totalram, 256 << 20);
	ck_assert_uint_eq(got.freeram, 200 << 20);
	ck_assert_uint_eq(got.sharedram, 4096);
	ck_assert_uint_eq(got.bufferram, 8192);
	ck_assert_uint_eq(got.totalswap, 3 << 20);
	ck_assert_uint_eq(got.freeswap, 2 << 20);
	ck_assert_uint_eq(got.procs, 12);
	ck_assert_uint_eq(got.totalhigh + got.freehigh, 0);
	ck_assert_uint_eq(got.mem_unit, 1);
}
END_TEST

START_TEST(a_narrow_caller_gets_64_bytes_in_bytes)
{
	g_autoptr(GString) bytes = render(&small, true);
	uint32_t got[16];
	uint16_t procs;

	ck_assert_uint_eq(bytes->len, sizeof got);
	memcpy(got, bytes->str, sizeof got);
	memcpy(&procs, bytes->str + N_PROCS * 4, sizeof procs);
	ck_assert_uint_eq(got[N_UPTIME], 90);
	ck_assert_uint_eq(got[N_LOAD], 65536);
	ck_assert_uint_eq(got[N_TOTAL], 256 << 20);
	ck_assert_uint_eq(got[N_FREE], 200 << 20);
	ck_assert_uint_eq(got[N_SHARED], 4096);
	ck_assert_uint_eq(got[N_BUFFER], 8192);
	ck_assert_uint_eq(got[N_SWAP], 3 << 20);
	ck_assert_uint_eq(got[N_SWAP_FREE], 2 << 20);
	ck_assert_uint_eq(procs, 12);
	ck_assert_uint_eq(got[N_HIGH] + got[N_FREE_HIGH], 0);
	ck_assert_uint_eq(got[N_UNIT], 1);
}
END_TEST

START_TEST(what_32_bits_do_not_hold_is_told_in_pages)
{
	const LxSysinfoNumbers rows[] = {
		{.memory_bytes = 24 * GIB, .swap_bytes = 4096},
		{.memory_bytes = 4096, .swap_bytes = 4 * GIB},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GString) bytes = render(&rows[i], true);
		uint32_t got[16];

		memcpy(got, bytes->str, sizeof got);
		ck_assert_uint_eq(got[N_UNIT], 4096);
		ck_assert_uint_eq(got[N_TOTAL], rows[i].memory_bytes / 4096);
		ck_assert_uint_eq(got[N_SWAP], rows[i].swap_bytes / 4096);
	}
}
END_TEST

START_TEST(nothing_wraps)
{
	LxSysinfoNumbers most;
	uint32_t narrow[16];
	struct sysinfo wide;
	g_autoptr(GString) narrow_bytes = NULL;
	g_autoptr(GString) wide_bytes = NULL;
	uint16_t procs;

	memset(&most, 0xff, sizeof most);
	narrow_bytes = render(&most, true);
	wide_bytes = render(&most, false);
	memcpy(narrow, narrow_bytes->str, sizeof narrow);
	ck_assert_uint_eq(narrow[N_UPTIME], INT32_MAX);
	ck_assert_uint_eq(narrow[N_LOAD], UINT32_MAX);
	ck_assert_uint_eq(narrow[N_TOTAL], UINT32_MAX);
	memcpy(&procs, narrow_bytes->str + N_PROCS * 4, sizeof procs);
	ck_assert_uint_eq(procs, UINT16_MAX);
	memcpy(&wide, wide_bytes->str, MIN(sizeof wide, wide_bytes->len));
	ck_assert_int_gt(wide.uptime, 0);
	ck_assert_uint_eq(wide.procs, UINT16_MAX);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_wide_caller_gets_the_kernels_struct,
		a_narrow_caller_gets_64_bytes_in_bytes,
		what_32_bits_do_not_hold_is_told_in_pages,
		nothing_wraps,
		NULL,
	};

	return unit_suite_new("render/sysinfo", tests);
}
