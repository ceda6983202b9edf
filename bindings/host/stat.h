/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The shape of the host's /proc/stat (proc(5)). Its numbers are the host's own and of no use, but
 * the text is long on large machines, so that its shape is kept and looked at again only now and
 * then.
 */
#pragma once

#include "facts/stat.h"
#include "host/host.h"

/*
 * EINVAL when there is no line "cpu", or when a value of a line that is known is no number. Lines
 * that repeat a known one, or whose name is longer than any, are passed over.
 */
LX_MUST_CHECK bool lx_stat_parse(LxSlice text, const char *what, LxStatShape *out, GError **error);

/* The shape, at most some seconds old; for lx_stat_shape_unref. Safe from any thread. */
LX_MUST_CHECK LxStatShape *lx_stat_shape(LxHost *host, uint64_t now_nsec, GError **error);
void lx_stat_shape_unref(LxStatShape *shape);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxStatShape, lx_stat_shape_unref)
