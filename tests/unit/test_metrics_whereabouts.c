/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "metrics/whereabouts.h"

#include "unit.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

START_TEST(addresses_are_parsed_and_printed_alike)
{
	static const char *const rows[] = {"127.0.0.1:9756", "0.0.0.0:0", "[::1]:65535", "[::]:80",
		"unix:/run/lxfs/metrics.sock"};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GSocketAddress) address = lx_whereabouts_parse(rows[i], &error);
		g_autofree char *text = NULL;

		ck_assert_msg(address != NULL, "%s", error ? error->message : "");
		text = lx_whereabouts_text(address);
		ck_assert_str_eq(text, rows[i]);
	}
}
END_TEST

START_TEST(what_is_no_address_is_refused)
{
	g_autofree char *deep = g_strnfill(200, 'x');
	g_autofree char *long_path = g_strconcat("unix:/", deep, NULL);
	const char *const rows[] = {"", ":9756", "9756", "127.0.0.1", "127.0.0.1:", "localhost:80",
		"127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:80x", "::1:80", "[127.0.0.1]:80",
		"[::1]", "[]:80", "[:80", "unix:", "unix:relative", long_path};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;

		unit_fails(lx_whereabouts_parse(rows[i], &error) != NULL, error, EINVAL,
			"listening at");
	}
}
END_TEST

static GSocketAddress *address_of(const char *path)
{
	g_autofree char *text = g_strconcat("unix:", path, NULL);

	return lx_whereabouts_parse(text, NULL);
}

static int bound(const char *path)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un name = {.sun_family = AF_UNIX};

	g_strlcpy(name.sun_path, path, sizeof name.sun_path);
	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&name, sizeof name), 0);
	return fd;
}

START_TEST(a_socket_that_nobody_listens_at_makes_room)
{
	unit_autofolder folder = unit_folder_new(NULL);
	g_autofree char *path = g_build_filename(folder, "socket", NULL);
	g_autoptr(GSocketAddress) address = address_of(path);
	g_autoptr(GError) error = NULL;

	unit_ok(lx_whereabouts_claim(address, &error), error);
	close(bound(path));
	unit_ok(lx_whereabouts_claim(address, &error), error);
	ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

START_TEST(what_is_in_use_or_no_socket_stays)
{
	unit_autofolder folder = unit_folder_new((const char *const[]){"file", "precious", NULL});
	g_autofree char *file = g_build_filename(folder, "file", NULL);
	g_autofree char *path = g_build_filename(folder, "socket", NULL);
	g_autoptr(GSocketAddress) at_file = address_of(file);
	g_autoptr(GSocketAddress) at_socket = address_of(path);
	g_autoptr(GError) error = NULL;
	int fd = bound(path);

	ck_assert_int_eq(listen(fd, 1), 0);
	unit_fails(lx_whereabouts_claim(at_file, &error), error, EEXIST, "no socket");
	unit_fails(lx_whereabouts_claim(at_socket, &error), error, EBUSY, "already");
	ck_assert_int_eq(access(file, F_OK), 0);
	ck_assert_int_eq(access(path, F_OK), 0);
	close(fd);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		addresses_are_parsed_and_printed_alike,
		what_is_no_address_is_refused,
		a_socket_that_nobody_listens_at_makes_room,
		what_is_in_use_or_no_socket_stays,
		NULL,
	};

	return unit_suite_new("metrics/whereabouts", tests);
}
