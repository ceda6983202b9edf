/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * RUNTIME/metrics.prom: the metrics of the service as its worker last wrote them, a whole text in
 * Prometheus' format. So whoever shows them needs no rights over lxfs, speaks no version of its
 * memory and can do it no harm; the textfile collector of node_exporter can take the file as it is.
 */
#pragma once

#include "metrics/service.h"

#define LX_PUBLISHED_NAME "metrics.prom"

/* What was written last, to leave the file alone as long as nothing has happened. */
typedef struct {
	const char *runtime_dir; /* borrowed */
	char *last;
} LxPublished;

/* Quiet about failures. */
void lx_published_write(LxPublished *published, const LxService *service);

/*
 * The text, for g_free. ENOENT: no worker has written it; EPROTO: it is none, or longer than any
 * worker would write it.
 */
char *lx_published_read(const char *runtime_dir, GError **error) G_GNUC_WARN_UNUSED_RESULT;
