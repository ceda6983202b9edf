/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Errors: a GError whose code is an errno and whose message says what was attempted on what. */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>

G_DEFINE_QUARK(lx - error - quark, lx_error)

static GError *error_new(int code, const char *format, va_list arguments) G_GNUC_PRINTF(2, 0);

/*
 * Messages quote what a container may have chosen, and end up in logs: each stays one line,
 * whatever is quoted.
 */
static GError *error_new(int code, const char *format, va_list arguments)
{
	GError *error = g_error_new_valist(LX_ERROR, code, format, arguments);

	for (char *at = error->message; *at; at++)
		if (g_ascii_iscntrl(*at))
			*at = ' ';
	return error;
}

void lx_error_set(GError **error, int code, const char *format, ...)
{
	va_list arguments;

	if (!error)
		return;
	va_start(arguments, format);
	g_propagate_error(error, error_new(code, format, arguments));
	va_end(arguments);
}

void lx_error_set_errno(GError **error, int code, const char *format, ...)
{
	g_autofree char *message = NULL;
	va_list arguments;

	if (!error)
		return;
	va_start(arguments, format);
	message = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	lx_error_set(error, code, "%s: %s", message, g_strerror(code));
}

int lx_error_code(const GError *error)
{
	if (!error || error->domain != LX_ERROR || error->code <= 0)
		return EIO;
	return error->code;
}
