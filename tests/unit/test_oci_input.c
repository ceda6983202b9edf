/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fd.h"
#include "oci/input.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* The reading end of a pipe that has been given the text and closed. */
static int pipe_with(const char *text, size_t length)
{
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	fcntl(ends[1], F_SETPIPE_SZ, 1 << 16);
	ck_assert_int_eq(write(ends[1], text, length), (ssize_t)length);
	close(ends[1]);
	return ends[0];
}

START_TEST(a_text_is_read_whole_with_all_its_bytes)
{
	static const char text[] = "a\0b\xff";
	g_auto(LxFd) fd = pipe_with(text, 4);
	g_autoptr(GError) error = NULL;
	size_t length = 0;
	g_autofree char *got = lx_input_read(fd, 4, "it", &length, &error);

	unit_ok(got != NULL, error);
	ck_assert_uint_eq(length, 4);
	ck_assert_mem_eq(got, text, 5);
}
END_TEST

START_TEST(nothing_is_an_empty_text)
{
	g_auto(LxFd) fd = pipe_with("", 0);
	g_autoptr(GError) error = NULL;
	size_t length = 9;
	g_autofree char *got = lx_input_read(fd, 4, "it", &length, &error);

	unit_ok(got != NULL, error);
	ck_assert_uint_eq(length, 0);
	ck_assert_str_eq(got, "");
}
END_TEST

START_TEST(one_byte_too_many_is_refused)
{
	g_autofree char *text = g_strnfill(50001, 'x');
	g_auto(LxFd) fd = pipe_with(text, 50001);
	g_autoptr(GError) error = NULL;
	size_t length = 9;
	g_autofree char *got = lx_input_read(fd, 50000, "it", &length, &error);

	unit_fails(got != NULL, error, EFBIG, "reading it: it is larger than 50000 bytes");
	ck_assert_uint_eq(length, 9);
}
END_TEST

START_TEST(what_cannot_be_read_is_an_error)
{
	g_auto(LxFd) fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	g_autoptr(GError) error = NULL;
	size_t length;
	g_autofree char *got = lx_input_read(fd, 4, "it", &length, &error);

	unit_fails(got != NULL, error, EISDIR, "reading it: Is a directory");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {a_text_is_read_whole_with_all_its_bytes,
		nothing_is_an_empty_text, one_byte_too_many_is_refused,
		what_cannot_be_read_is_an_error, NULL};

	return unit_suite_new("oci/input", tests);
}
