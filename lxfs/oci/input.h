/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A whole text from a descriptor, if it is not too large. */
#pragma once

#include "lxfs.h"

/*
 * NUL-terminated, for g_free; `what` names it in the error. More than max_bytes is refused (EFBIG)
 * without being kept.
 */
char *lx_input_read(int fd, size_t max_bytes, const char *what, size_t *out_length,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * The same of a file that a runtime keeps: never through a link, and never waited for. NULL when
 * there is none, or no regular file, or one too large for any runtime's.
 */
char *lx_input_read_file(const char *path, size_t *out_length) G_GNUC_WARN_UNUSED_RESULT;
