/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/watch.h"

#include "unit.h"

START_TEST(only_those_that_ask_are_meant)
{
	ck_assert(lx_watch_wants("enabled", false));
	ck_assert(!lx_watch_wants(NULL, false));
	ck_assert(!lx_watch_wants("", false));
	ck_assert(!lx_watch_wants("true", false));
	ck_assert(!lx_watch_wants("disabled", false));
}
END_TEST

START_TEST(of_all_only_those_that_refuse_are_not_meant)
{
	ck_assert(lx_watch_wants("enabled", true));
	ck_assert(lx_watch_wants(NULL, true));
	ck_assert(lx_watch_wants("", true));
	ck_assert(!lx_watch_wants("disabled", true));
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		only_those_that_ask_are_meant,
		of_all_only_those_that_refuse_are_not_meant,
		NULL,
	};

	return unit_suite_new("cli/watch", tests);
}
