/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A roster as JSON, for programs: lxfs(1) documents its members, which stay as they are. */
#pragma once

#include "roster/roster.h"

/* Ends in a newline. For g_free. */
char *lx_document_new(const LxRoster *roster);
