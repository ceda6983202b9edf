/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "fd.h"
#include "oci/profile.h"
#include "oci/rule.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>

static const LxOciConfig plain = {0};

#define ALLOWS "{\"linux\":{\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\"}}}"
#define DENIES "{\"linux\":{\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ERRNO\"}}}"

static int listen_in(const char *folder)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	g_autofree char *path = g_build_filename(folder, "seccomp", NULL);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	g_strlcpy(address.sun_path, path, sizeof address.sun_path);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	ck_assert_int_eq(listen(fd, 8), 0);
	return fd;
}

START_TEST(where_somebody_listens_the_rule_is_added_once)
{
	unit_autofolder folder = unit_folder_new(NULL);
	g_autofree char *listener = g_build_filename(folder, "seccomp", NULL);
	g_auto(LxFd) fd = listen_in(folder);
	g_autofree char *text = g_strdup(ALLOWS);
	g_autofree char *once = NULL;
	g_autoptr(GError) error = NULL;

	unit_ok(lx_rule_add(&text, &plain, folder, &error), error);
	ck_assert(lx_profile_is_ours(text, strlen(text), listener));
	once = g_strdup(text);
	unit_ok(lx_rule_add(&text, &plain, folder, &error), error);
	ck_assert_str_eq(text, once);
}
END_TEST

START_TEST(where_nobody_listens_nothing_is_added)
{
	unit_autofolder folder = unit_folder_new(NULL);
	g_autofree char *text = g_strdup(ALLOWS);
	g_autoptr(GError) error = NULL;
	LxFd fd;

	unit_ok(lx_rule_add(&text, &plain, folder, &error), error);
	ck_assert_str_eq(text, ALLOWS);
	fd = listen_in(folder);
	lx_fd_clear(&fd); /* the socket's file stays */
	unit_ok(lx_rule_add(&text, &plain, folder, &error), error);
	ck_assert_str_eq(text, ALLOWS);
}
END_TEST

START_TEST(a_profile_that_cannot_have_it_stays_as_it_is)
{
	unit_autofolder folder = unit_folder_new(NULL);
	g_auto(LxFd) fd = listen_in(folder);
	g_autofree char *text = g_strdup(DENIES);
	g_autoptr(GError) error = NULL;

	ck_assert(!lx_rule_add(&text, &plain, folder, &error));
	ck_assert_int_eq(lx_error_code(error), EPERM);
	ck_assert_str_eq(text, DENIES);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		where_somebody_listens_the_rule_is_added_once,
		where_nobody_listens_nothing_is_added,
		a_profile_that_cannot_have_it_stays_as_it_is,
		NULL,
	};

	return unit_suite_new("oci/rule", tests);
}
