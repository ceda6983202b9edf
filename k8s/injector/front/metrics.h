/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What has been counted since the start, and its text for Prometheus. One thread's. */
#pragma once

#include "review/reason.h"

#define LX_INJECT_METRICS_BUCKETS 8
#define LX_INJECT_METRICS_STATUS_MAX 600

typedef struct {
	guint64 decisions[LX_INJECT_N_REASONS];
	guint64 responses[LX_INJECT_METRICS_STATUS_MAX]; /* by HTTP status */
	guint64 latency[LX_INJECT_METRICS_BUCKETS];      /* of reviews; each in its bucket only */
	guint64 latency_count;
	guint64 latency_usec;
	guint64 refused_connections; /* plain HTTP, a failed handshake, too many */
	guint64 connections;         /* open now */
	gint64 certificate_expiry;   /* seconds since 1970; 0: there is none */
	bool leader;
} LxInjectMetrics;

void lx_inject_metrics_count_status(LxInjectMetrics *metrics, unsigned status);
void lx_inject_metrics_count_latency(LxInjectMetrics *metrics, gint64 usec);
/* For g_free. */
char *lx_inject_metrics_text(const LxInjectMetrics *metrics);
