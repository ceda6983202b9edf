/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "descriptors.h"

#include "unit.h"

#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static void set_soft_limit(rlim_t soft)
{
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = soft;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* How many descriptors the kernel has room for: FDSize in proc_pid_status(5). */
static guint64 room(void)
{
	g_autofree char *status = NULL;

	ck_assert(g_file_get_contents("/proc/self/status", &status, NULL, NULL));
	return g_ascii_strtoull(strstr(status, "FDSize:") + strlen("FDSize:"), NULL, 10);
}

START_TEST(the_limit_becomes_the_hard_one)
{
	struct rlimit limit;

	set_soft_limit(100);
	lx_descriptors_raise_limit();
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_uint_eq(limit.rlim_cur, limit.rlim_max);
}
END_TEST

START_TEST(there_is_room_for_as_many_as_are_allowed)
{
	set_soft_limit(1000);
	ck_assert_uint_lt(room(), 1000);
	lx_descriptors_make_room();
	ck_assert_uint_ge(room(), 1000);
}
END_TEST

START_TEST(no_descriptor_is_left_behind)
{
	int before = dup(STDERR_FILENO), after;

	close(before);
	lx_descriptors_make_room();
	after = dup(STDERR_FILENO);
	ck_assert_int_eq(after, before);
	close(after);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		the_limit_becomes_the_hard_one,
		there_is_room_for_as_many_as_are_allowed,
		no_descriptor_is_left_behind,
		NULL,
	};

	return unit_suite_new("descriptors", tests);
}
