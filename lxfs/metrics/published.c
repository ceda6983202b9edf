/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RUNTIME/metrics.prom: the metrics of the service as its worker last wrote them. */
#include "metrics/published.h"

#include "fd.h"
#include "runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define TEXT_MAX_BYTES ((size_t)1 << 20)

void lx_published_write(LxPublished *published, const LxService *service)
{
	g_autoptr(GString) text = g_string_sized_new(32768);

	lx_service_render(service, text);
	if (g_strcmp0(published->last, text->str) == 0)
		return;
	lx_runtime_write(published->runtime_dir, LX_PUBLISHED_NAME, text->str);
	g_free(published->last);
	published->last = g_string_free(g_steal_pointer(&text), FALSE);
}

/* At most so much of it that one too long is seen to be. */
static GString *read_bounded(int fd)
{
	g_autoptr(GString) text = g_string_sized_new(32768);
	char part[16384];
	ssize_t got;

	while (text->len <= TEXT_MAX_BYTES && (got = read(fd, part, sizeof part)) > 0)
		g_string_append_len(text, part, got);
	return g_steal_pointer(&text);
}

static bool is_text(const GString *text)
{
	return text->len > 0 && text->len <= TEXT_MAX_BYTES && text->str[text->len - 1] == '\n' &&
	       g_utf8_validate(text->str, (gssize)text->len, NULL);
}

char *lx_published_read(const char *runtime_dir, GError **error)
{
	g_autofree char *path = g_build_filename(runtime_dir, LX_PUBLISHED_NAME, NULL);
	g_auto(LxFd) fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	g_autoptr(GString) text = NULL;

	if (fd < 0) {
		lx_error_set_errno(error, errno, "opening %s", path);
		return NULL;
	}
	text = read_bounded(fd);
	if (is_text(text))
		return g_string_free(g_steal_pointer(&text), FALSE);
	lx_error_set(error, EPROTO, "reading %s: it is no text of metrics", path);
	return NULL;
}
