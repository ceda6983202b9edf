/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The metrics of containers: how many each runtime has, and the figures of each of them. */
#pragma once

#include "lxfs.h"

/* More than any host runs; of the rest nothing is told. */
#define LX_CONTAINER_METRICS_MAX 4096u

typedef struct {
	const LxContainerInfo *info; /* borrowed, as are its strings */
	LxFigures figures;
} LxContainerMetrics;

/* Pure: how many of `n` containers each runtime has. */
void lx_container_metrics_count(const LxContainerMetrics *containers, unsigned n, GString *text);
/* Pure: the figures of each; what is absent is left out. */
void lx_container_metrics_render(const LxContainerMetrics *containers, unsigned n, GString *text);

/*
 * Looks the containers up and puts their metrics behind `text`, with those figures of each that
 * `figures` (bits of LxFigure) asks for; 0: none.
 */
bool lx_container_metrics_add(LxContext *context, unsigned figures, GString *text,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
