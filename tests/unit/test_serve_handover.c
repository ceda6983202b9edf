/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "serve/handover.h"

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define VARIABLE "LXFS_INHERITANCE"

static LxEstate *estate_new(void)
{
	LxEstate *estate = lx_estate_new(4, 4096, NULL);

	ck_assert_ptr_nonnull(estate);
	estate->connection_fds[LX_CONNECTION_VIEWS] = open("/dev/null", O_RDWR | O_CLOEXEC);
	estate->connection_fds[LX_CONNECTION_PRESSURE] = open("/dev/null", O_RDWR | O_CLOEXEC);
	return estate;
}

static bool closes_on_exec(int fd)
{
	return fcntl(fd, F_GETFD) & FD_CLOEXEC;
}

START_TEST(without_a_predecessor_there_is_nothing)
{
	LxInheritance taken;
	g_autoptr(GError) error = NULL;

	unsetenv(VARIABLE);
	unit_ok(lx_handover_take(&taken, &error), error);
	ck_assert_ptr_null(taken.estate);
	ck_assert_int_eq(taken.lock, -1);
	ck_assert_int_eq(taken.previous, -1);
	ck_assert_int_eq(taken.worker, 0);
}
END_TEST

START_TEST(what_is_left_is_taken_whole)
{
	LxInheritance left = {.estate = estate_new(), .worker = 4711, .elder = -1};
	LxInheritance taken;
	g_autoptr(GError) error = NULL;

	left.lock = open("/dev/null", O_RDWR | O_CLOEXEC);
	left.previous = open("/dev/null", O_RDWR | O_CLOEXEC);
	left.estate->header->generation = 12;
	lx_handover_leave(&left);
	ck_assert(!closes_on_exec(left.estate->memory_fd));
	ck_assert(!closes_on_exec(left.estate->connection_fds[LX_CONNECTION_VIEWS]));
	ck_assert(!closes_on_exec(left.lock));
	unit_ok(lx_handover_take(&taken, &error), error);
	ck_assert_uint_eq(taken.estate->header->generation, 12);
	ck_assert_int_eq(taken.estate->connection_fds[LX_CONNECTION_VIEWS],
		left.estate->connection_fds[LX_CONNECTION_VIEWS]);
	ck_assert_int_eq(taken.lock, left.lock);
	ck_assert_int_eq(taken.previous, left.previous);
	ck_assert_int_eq(taken.worker, 4711);
	ck_assert(closes_on_exec(taken.estate->memory_fd));
	ck_assert(closes_on_exec(taken.lock));
	ck_assert_ptr_null(getenv(VARIABLE));
	lx_inheritance_clear(&taken);
	lx_inheritance_clear(&left); /* the same descriptors again: closed already */
}
END_TEST

START_TEST(a_program_that_cannot_be_executed_changes_nothing)
{
	LxInheritance left = {.estate = estate_new(), .lock = -1, .previous = -1, .elder = -1};
	char *argv[] = {(char *)"lxfs", NULL};
	g_autoptr(GError) error = NULL;

	lx_handover_execute(&left, "/nonexistent/lxfs", argv, &error);
	ck_assert_int_eq(lx_error_code(error), ENOENT);
	ck_assert(strstr(error->message, "/nonexistent/lxfs") != NULL);
	ck_assert(closes_on_exec(left.estate->memory_fd));
	ck_assert_ptr_null(getenv(VARIABLE));
	lx_inheritance_clear(&left);
}
END_TEST

START_TEST(what_is_not_understood_is_refused_by_name)
{
	static const struct {
		const char *text;
		const char *word;
	} rows[] = {
		{"", "version \"\""},
		{"2 memory=3 history=4", "version \"2\""},
		{"memory=3 history=4", "version \"memory=3\""},
		{"1 memory=3 history=4 uring=9", "\"uring=9\""},
		{"1 memory", "\"memory\""},
		{"1 memory=", "\"memory=\""},
		{"1 memory=x", "\"memory=x\""},
		{"1 memory=3x", "\"memory=3x\""},
		{"1 memory=-2", "\"memory=-2\""},
		{"1 memory=99999999999", "\"memory=99999999999\""},
		{"1  memory=3", "\"\""},
		{"1 memoryx=3", "\"memoryx=3\""},
		{"1 =3", "\"=3\""},
		{"1", "inherited memory"},
		{"1 memory=-1 history=-1", "inherited memory"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		LxInheritance taken;
		g_autoptr(GError) error = NULL;

		setenv(VARIABLE, rows[i].text, 1);
		unit_fails(lx_handover_take(&taken, &error), error, EPROTO, rows[i].word);
		ck_assert_ptr_null(getenv(VARIABLE));
	}
}
END_TEST

START_TEST(an_estate_of_another_version_is_refused)
{
	LxInheritance left = {.estate = estate_new(), .lock = -1, .previous = -1, .elder = -1};
	LxInheritance taken;
	g_autoptr(GError) error = NULL;

	left.estate->header->version = 98;
	lx_handover_leave(&left);
	unit_fails(lx_handover_take(&taken, &error), error, EPROTO, "it speaks version 98");
	lx_inheritance_clear(&left);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		without_a_predecessor_there_is_nothing,
		what_is_left_is_taken_whole,
		a_program_that_cannot_be_executed_changes_nothing,
		what_is_not_understood_is_refused_by_name,
		an_estate_of_another_version_is_refused,
		NULL,
	};

	return unit_suite_new("serve/handover", tests);
}
