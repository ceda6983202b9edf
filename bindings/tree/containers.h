/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The folder containers/: every container of this host under its id. Root on the host only.
 *
 * And a file that no list of it shows, .loadavg: a line for each container, its number before what
 * its own proc/loadavg says. Whoever lists hundreds of containers asks once.
 */
#pragma once

#include "tree/scope.h"

LX_MUST_CHECK bool lx_containers_lookup(
	const LxCaller *caller, const char *id, LxAttributes *out, GError **error);
LX_MUST_CHECK bool lx_containers_list(
	const LxCaller *caller, LxTreeVisit visit, gpointer data, GError **error);
LX_MUST_CHECK bool lx_containers_read_loads(const LxCaller *caller, GString *text, GError **error);
