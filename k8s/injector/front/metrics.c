/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What has been counted since the start, and its text for Prometheus. */
#include "front/metrics.h"

#include <inttypes.h>

static const guint64 bounds_usec[LX_INJECT_METRICS_BUCKETS] = {
	100, 250, 500, 1000, 2500, 10000, 100000, 1000000};

void lx_inject_metrics_count_status(LxInjectMetrics *metrics, unsigned status)
{
	if (status < LX_INJECT_METRICS_STATUS_MAX)
		metrics->responses[status]++;
}

void lx_inject_metrics_count_latency(LxInjectMetrics *metrics, gint64 usec)
{
	guint64 taken = (guint64)MAX(usec, 0);

	metrics->latency_count++;
	metrics->latency_usec += taken;
	for (unsigned i = 0; i < LX_INJECT_METRICS_BUCKETS; i++) {
		if (taken > bounds_usec[i])
			continue;
		metrics->latency[i]++;
		return;
	}
}

static void head(GString *text, const char *name, const char *type, const char *help)
{
	g_string_append_printf(text, "# HELP lxfs_injector_%s %s\n# TYPE lxfs_injector_%s %s\n",
		name, help, name, type);
}

static void one(GString *text, const char *name, const char *type, const char *help, gint64 value)
{
	head(text, name, type, help);
	g_string_append_printf(text, "lxfs_injector_%s %" G_GINT64_FORMAT "\n", name, value);
}

static void add_decisions(GString *text, const LxInjectMetrics *metrics)
{
	head(text, "reviews_total", "counter", "Reviews answered, by decision.");
	for (unsigned i = 0; i <= LX_INJECT_INJECTED; i++)
		g_string_append_printf(text,
			"lxfs_injector_reviews_total{decision=\"%s\"} %" PRIu64 "\n",
			lx_inject_reason_name(i), metrics->decisions[i]);
}

static void add_responses(GString *text, const LxInjectMetrics *metrics)
{
	head(text, "responses_total", "counter", "HTTP responses, by status.");
	for (unsigned i = 0; i < LX_INJECT_METRICS_STATUS_MAX; i++)
		if (metrics->responses[i])
			g_string_append_printf(text,
				"lxfs_injector_responses_total{code=\"%u\"} %" PRIu64 "\n", i,
				metrics->responses[i]);
}

static void add_latency(GString *text, const LxInjectMetrics *metrics)
{
	guint64 below = 0;

	head(text, "review_seconds", "histogram",
		"From the last byte of a review to its answer, look-ups included.");
	for (unsigned i = 0; i < LX_INJECT_METRICS_BUCKETS; i++) {
		below += metrics->latency[i];
		g_string_append_printf(text,
			"lxfs_injector_review_seconds_bucket{le=\"%g\"} %" PRIu64 "\n",
			(double)bounds_usec[i] / 1e6, below);
	}
	g_string_append_printf(text,
		"lxfs_injector_review_seconds_bucket{le=\"+Inf\"} %" PRIu64 "\n"
		"lxfs_injector_review_seconds_sum %g\n"
		"lxfs_injector_review_seconds_count %" PRIu64 "\n",
		metrics->latency_count, (double)metrics->latency_usec / 1e6,
		metrics->latency_count);
}

char *lx_inject_metrics_text(const LxInjectMetrics *metrics)
{
	GString *text = g_string_new(NULL);

	add_decisions(text, metrics);
	add_responses(text, metrics);
	add_latency(text, metrics);
	one(text, "refused_connections_total", "counter",
		"Connections ended before a request: plain HTTP, a failed handshake, too many.",
		(gint64)metrics->refused_connections);
	one(text, "connections", "gauge", "Connections open now.", (gint64)metrics->connections);
	one(text, "certificate_expiry_timestamp_seconds", "gauge",
		"When the certificate that is shown ends; 0: there is none.",
		metrics->certificate_expiry);
	one(text, "leader", "gauge", "1: this replica renews the certificates.", metrics->leader);
	return g_string_free(text, FALSE);
}
