/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answering a system call of a container: what a file's reading is, without a file. */
#include "tree/call.h"

#include <errno.h>

static bool try_read(
	const LxCaller *caller, LxCallRead read, gpointer out, LxTries *tries, GError **error)
{
	g_auto(LxReading) reading = {0};
	g_autoptr(GError) failure = NULL;

	tries->again = false;
	if (!lx_scope_open(caller, 0, &reading, error))
		return false;
	if (reading.container->is_host) {
		lx_error_set(error, ENODATA,
			"answering a system call of %d: the kernel's own answer is his",
			(int)caller->tid);
		return false;
	}
	if (read(&reading, out, &failure))
		return true;
	lx_scope_note_failure(&reading, failure, tries);
	g_propagate_error(error, g_steal_pointer(&failure));
	return false;
}

bool lx_call_read(const LxCaller *caller, LxCallRead read, gpointer out, GError **error)
{
	g_autoptr(GError) failure = NULL;
	LxTries tries = {0};

	do {
		g_clear_error(&failure);
		if (try_read(caller, read, out, &tries, &failure))
			return true;
	} while (tries.again);
	g_propagate_error(error, g_steal_pointer(&failure));
	return false;
}
