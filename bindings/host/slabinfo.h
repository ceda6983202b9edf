/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The header of /proc/slabinfo. Any thread. */
#pragma once

#include "host/host.h"

/*
 * The lines before the first cache: the version and the comment with the columns' names
 * (mm/slab_common.c, print_slabinfo_header). *out borrows from `text` and has no newline at its
 * end. EINVAL when the text does not begin with a version. `what` names the file in the error.
 */
LX_MUST_CHECK bool lx_slabinfo_parse_header(
	LxSlice text, const char *what, LxSlice *out, GError **error);

/*
 * The beginning of the host's file, which holds the header: printing all caches is dear, and the
 * kernel makes no more of them than a reader has room for. ENOENT when this kernel has no such
 * file. The caller owns *out.
 */
LX_MUST_CHECK bool lx_slabinfo_read_start(LxHost *host, LxText *out, GError **error);
