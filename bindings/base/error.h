/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Errors: a GError whose code is an errno and whose message says what was attempted on what. */
#pragma once

#include <stdbool.h>

#include <glib.h>

#define LX_MUST_CHECK G_GNUC_WARN_UNUSED_RESULT

#define LX_ERROR (lx_error_quark())
GQuark lx_error_quark(void);

/* Sets *error (if error is not NULL) to the errno `code` and the message. */
void lx_error_set(GError **error, int code, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* The same with ": " and the errno's own text behind the message. */
void lx_error_set_errno(GError **error, int code, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* The errno in `error`; EIO for an error of another domain and for NULL. */
int lx_error_code(const GError *error);
