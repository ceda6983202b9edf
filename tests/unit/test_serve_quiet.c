/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "serve/quiet.h"

#include "serve/open_files.h"
#include "unit.h"

#include <linux/fuse.h>
#include <unistd.h>

/* With pipes for connections: they are ready for reading when something waits in them. */
static LxEstate *estate_new(int ends[LX_N_CONNECTIONS])
{
	g_autoptr(GError) error = NULL;
	LxEstate *estate = lx_estate_new(3, 4096, &error);

	ck_assert_msg(estate != NULL, "%s", error ? error->message : "");
	for (int kind = 0; kind < LX_N_CONNECTIONS; kind++) {
		int pair[2];

		ck_assert_int_eq(pipe(pair), 0);
		estate->connection_fds[kind] = pair[0];
		ends[kind] = pair[1];
	}
	return estate;
}

static void close_ends(const int ends[LX_N_CONNECTIONS])
{
	for (int kind = 0; kind < LX_N_CONNECTIONS; kind++)
		close(ends[kind]);
}

START_TEST(nothing_at_all_is_quiet)
{
	int ends[LX_N_CONNECTIONS];
	g_autoptr(LxEstate) estate = estate_new(ends);

	ck_assert(!lx_quiet_is_disturbed(estate));
	lx_quiet_wait(estate);
	close_ends(ends);
}
END_TEST

START_TEST(a_request_that_waits_in_any_connection_disturbs)
{
	for (int kind = 0; kind < LX_N_CONNECTIONS; kind++) {
		int ends[LX_N_CONNECTIONS];
		g_autoptr(LxEstate) estate = estate_new(ends);

		ck_assert_int_eq(write(ends[kind], "r", 1), 1);
		ck_assert(lx_quiet_is_disturbed(estate));
		close_ends(ends);
	}
}
END_TEST

START_TEST(a_request_under_way_in_any_slot_disturbs)
{
	int ends[LX_N_CONNECTIONS];
	g_autoptr(LxEstate) estate = estate_new(ends);
	struct fuse_in_header *request = (void *)estate->slots[2].request;

	request->len = sizeof *request;
	ck_assert(lx_quiet_is_disturbed(estate));
	request->len = 0;
	ck_assert(!lx_quiet_is_disturbed(estate));
	close_ends(ends);
}
END_TEST

START_TEST(an_open_file_disturbs)
{
	int ends[LX_N_CONNECTIONS];
	g_autoptr(LxEstate) estate = estate_new(ends);
	g_autoptr(LxOpenFiles) files = lx_open_files_new(estate->open_files);
	LxHandle handle = lx_open_files_open(files, 9, 1, 0);

	ck_assert(lx_quiet_is_disturbed(estate));
	lx_open_files_close(files, handle);
	ck_assert(!lx_quiet_is_disturbed(estate));
	close_ends(ends);
}
END_TEST

START_TEST(a_file_that_is_kept_open_is_not_waited_for_for_ever)
{
	int ends[LX_N_CONNECTIONS];
	g_autoptr(LxEstate) estate = estate_new(ends);
	g_autoptr(LxOpenFiles) files = lx_open_files_new(estate->open_files);

	ck_assert_uint_ne(lx_open_files_open(files, 9, 1, 0), 0);
	lx_quiet_wait(estate);
	ck_assert(lx_quiet_is_disturbed(estate));
	close_ends(ends);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		nothing_at_all_is_quiet,
		a_request_that_waits_in_any_connection_disturbs,
		a_request_under_way_in_any_slot_disturbs,
		an_open_file_disturbs,
		a_file_that_is_kept_open_is_not_waited_for_for_ever,
		NULL,
	};

	return unit_suite_new("serve/quiet", tests);
}
