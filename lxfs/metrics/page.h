/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The whole text of metrics, put together: whether anybody serves, what its worker has published,
 * and what the caller may see of the host: views in mount namespaces, containers. What he may not
 * see is left out.
 */
#pragma once

#include "lxfs.h"

typedef struct {
	const char *runtime_dir;
	const char *mountpoint;
	LxContext *context; /* to look at containers with; NULL: they are left out */
	unsigned figures;   /* LxFigure bits: of each of them; 0: none */
} LxPage;

/* For g_free. Never fails: what cannot be told is left out, and said in the log. */
char *lx_page_make(const LxPage *page);

/* Does anybody serve? */
bool lx_page_is_up(const LxPage *page);

/* A context for `context`, if this process may look at others' namespaces; NULL if not. */
LxContext *lx_page_context_new(void);
