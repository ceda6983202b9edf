/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What every unit test starts with. A test file defines one suite; unit.c has main, which runs it
 * and prints TAP. Text literals or a folder in, one act, whole texts compared: no sleep, no root,
 * no network.
 */
#pragma once

#include <check.h>
#include <glib.h>

#include "base/error.h"
#include "base/scan.h"

/* Defined by the test file. The suite's name is the module's: "base/scan". */
Suite *unit_suite(void);

/* A suite of one case from a NULL-terminated list of tests. */
Suite *unit_suite_new(const char *module, const TTest *const *tests);

/* `call` must be true and leave no error. */
#define unit_ok(call, error) \
	do { \
		bool unit_done = (call); \
		ck_assert_msg( \
			unit_done, "failed: %s", (error) ? (error)->message : "no error set"); \
		ck_assert_msg( \
			!(error), "error set on success: %s", (error) ? (error)->message : ""); \
	} while (0)

/* `call` must fail with the errno `code` and a message that contains `word`. */
#define unit_fails(call, error, errno_code, word) \
	do { \
		bool unit_done = (call); \
		ck_assert_msg(!unit_done, "succeeded, expected an error"); \
		ck_assert_msg((error) != NULL, "failed without setting an error"); \
		ck_assert_int_eq(lx_error_code(error), (errno_code)); \
		ck_assert_msg(strstr((error)->message, (word)) != NULL, \
			"the message \"%s\" does not say \"%s\"", (error)->message, (word)); \
		g_clear_error(&(error)); \
	} while (0)

/* A fresh folder under the temporary one; `files` is path, text, path, text, ..., NULL. */
char *unit_folder_new(const char *const *files);
void unit_folder_free(char *folder);
#define unit_autofolder __attribute__((cleanup(unit_folder_clear))) char *
static inline void unit_folder_clear(char **folder)
{
	unit_folder_free(*folder);
}
