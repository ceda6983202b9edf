/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The folder containers/: every container of this host under its id. Root on the host only. */
#pragma once

#include "tree/scope.h"

LX_MUST_CHECK bool lx_containers_lookup(
	const LxCaller *caller, const char *id, LxAttributes *out, GError **error);
LX_MUST_CHECK bool lx_containers_list(
	const LxCaller *caller, LxTreeVisit visit, gpointer data, GError **error);
