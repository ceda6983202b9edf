/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's files of one number. */
#include "host/number.h"

#include <errno.h>

static bool parse(const LxText *text, LxHostFile file, uint64_t *out, GError **error)
{
	if (lx_slice_u64(lx_slice_trim(lx_text_slice(text)), out))
		return true;
	lx_error_set(error, EINVAL, "parsing %s: no number", lx_host_path(file));
	return false;
}

bool lx_host_constant(LxHost *host, LxHostFile file, uint64_t *out, bool *present, GError **error)
{
	GError *failure = NULL;
	const LxText *text = lx_host_read_once(host, file, &failure);

	*present = text != NULL;
	if (!text && lx_error_code(failure) != ENOENT) {
		g_propagate_error(error, failure);
		return false;
	}
	g_clear_error(&failure);
	return !text || parse(text, file, out, error);
}

bool lx_host_number(LxHost *host, LxHostFile file, uint64_t *out, bool *present, GError **error)
{
	g_auto(LxText) text = {0};
	GError *failure = NULL;

	*present = false;
	if (!lx_host_read(host, file, &text, &failure)) {
		if (lx_error_code(failure) != ENOENT) {
			g_propagate_error(error, failure);
			return false;
		}
		g_clear_error(&failure);
		return true;
	}
	*present = parse(&text, file, out, error);
	return *present;
}
