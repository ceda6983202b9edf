/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reading.h"

#include "sweep/sweep.h"

static const char *const files[] = {
	"proc/self/mounts", "none /cg cgroup2 rw 0 0\n", "cg/c/cgroup.threads", "", NULL};

START_TEST(a_host_in_a_folder_is_never_swept)
{
	UnitReading unit;
	LxSweep *sweep;

	unit_reading_init(&unit, files, "/c");
	sweep = lx_sweep_new(unit.context.root, unit.context.layout);
	ck_assert(!lx_sweep_sees(sweep, unit.container.cgroup));
	lx_sweep_free(sweep);
	unit_reading_clear(&unit);
}
END_TEST

START_TEST(without_a_sweep_nothing_is_seen)
{
	UnitReading unit;

	unit_reading_init(&unit, files, "/c");
	ck_assert(!lx_sweep_sees(NULL, unit.container.cgroup));
	unit_reading_clear(&unit);
}
END_TEST

START_TEST(what_cannot_be_swept_says_why)
{
	g_autoptr(GError) failure = NULL;

	ck_assert(lx_sweep_probe(&failure) == (failure == NULL));
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_host_in_a_folder_is_never_swept,
		without_a_sweep_nothing_is_seen,
		what_cannot_be_swept_says_why,
		NULL,
	};

	return unit_suite_new("sweep/sweep", tests);
}
