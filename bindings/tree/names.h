/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Names below sys/devices/system/{cpu,node} ("cache/index0/size") as small numbers, so that a node
 * can say which file it is. Append-only, in memory that may outlive the process (see
 * history/history.h): a number once given means the same name to every successor.
 */
#pragma once

#include "base/error.h"

/* A node has 13 bits for a name. A machine has a few hundred. */
#define LX_NAMES_MAX 8191

typedef struct LxNames LxNames;

size_t lx_names_bytes(void);
LxNames *lx_names_new(void *memory, size_t bytes);
void lx_names_free(LxNames *names);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxNames, lx_names_free)

/* The number of a name, given now if it has none yet; 0 when all numbers are in use. */
unsigned lx_names_number(LxNames *names, const char *name);
/* The name of a number; NULL for one that was never given. Borrowed, valid for ever. */
const char *lx_names_name(const LxNames *names, unsigned number);
