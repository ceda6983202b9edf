/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The metrics of the service itself. A metric without labels is one row of the table of plain ones.
 */
#include "metrics/service.h"

#include "metrics/exposition.h"

#include <stddef.h>

/* ---- Metrics of one number --------------------------------------------------------------- */

typedef struct {
	LxMetric metric;
	size_t offset; /* of a uint64_t in LxService */
	bool is_nsec;
} Plain;

#define AT(member) offsetof(LxService, member)

static const Plain plains[] = {
	{{"lxfs_start_time_seconds", LX_METRIC_GAUGE,
		 "Unix time at which the mounts were made, and since when everything is counted."},
		AT(begun_nsec), true},
	{{"lxfs_worker_start_time_seconds", LX_METRIC_GAUGE,
		 "Unix time at which the worker that serves now was started."},
		AT(worker_begun_nsec), true},
	{{"lxfs_workers_started_total", LX_METRIC_COUNTER, "Worker processes started."},
		AT(workers), false},
	{{"lxfs_threads", LX_METRIC_GAUGE, "FUSE threads of the worker."}, AT(threads), false},
	{{"lxfs_open_files", LX_METRIC_GAUGE, "Files of lxfs that are open."}, AT(open_files),
		false},
	{{"lxfs_host_only", LX_METRIC_GAUGE,
		 "1 when no other worker would come up and everybody gets the host's own text."},
		AT(host_only), false},
	{{"lxfs_quarantined_containers", LX_METRIC_GAUGE,
		 "Containers that get the host's own text because their requests ended workers."},
		AT(quarantined), false},
	{{"lxfs_identity_cache_entries", LX_METRIC_GAUGE,
		 "Namespaces and cgroups whose container is remembered."},
		AT(statistics.entries), false},
	{{"lxfs_identity_cache_hits_total", LX_METRIC_COUNTER,
		 "Look-ups of a caller's container that were answered from memory, by this "
		 "worker."},
		AT(statistics.hits), false},
	{{"lxfs_identity_cache_misses_total", LX_METRIC_COUNTER,
		 "Look-ups of a caller's container that had to ask the kernel, by this worker."},
		AT(statistics.misses), false},
	{{"lxfs_identity_cache_dropped_total", LX_METRIC_COUNTER,
		 "Remembered entries that were forgotten, by this worker."},
		AT(statistics.dropped), false},
};

static void render_plain(const LxService *service, const Plain *plain, GString *text)
{
	uint64_t value = *(const uint64_t *)((const char *)service + plain->offset);

	lx_exposition_begin(text, &plain->metric);
	if (plain->is_nsec)
		lx_exposition_nsec(text, plain->metric.name, NULL, value);
	else
		lx_exposition_count(text, plain->metric.name, NULL, value);
}

static void render_information(const LxService *service, GString *text)
{
	static const LxMetric metric = {"lxfs_service_info", LX_METRIC_GAUGE,
		"Always 1; the version that serves, and the layout of cgroups that it found."};
	const LxLabel labels[] = {
		{"version", service->version}, {"cgroup_layout", service->cgroup_layout}, {NULL}};

	lx_exposition_begin(text, &metric);
	lx_exposition_count(text, metric.name, labels, 1);
}

/* ---- Metrics with one label, whose values are an enum ------------------------------------ */

static const char *const ends[LX_N_ENDS] = {
	[LX_END_OUTSIDE] = "killed",
	[LX_END_REQUEST] = "request",
	[LX_END_FAILURE] = "failure",
	[LX_END_SILENT] = "silent",
	[LX_END_RETRY] = "retry",
};

/* A reload that is under way has not ended: NULL. */
static const char *const reloads[LX_N_RELOAD_OUTCOMES] = {
	[LX_RELOAD_DONE] = "done",
	[LX_RELOAD_REFUSED] = "refused",
	[LX_RELOAD_ROLLED_BACK] = "rolled-back",
};

typedef struct {
	LxMetric metric;
	const char *label;
	const char *const *values;
	unsigned n_values;
	size_t offset; /* of the first of n_values uint64_t in LxService */
} Labelled;

static const Labelled labelled[] = {
	{{"lxfs_worker_ends_total", LX_METRIC_COUNTER,
		 "Workers that ended and were replaced, reloads left out, by cause."},
		"cause", ends, LX_N_ENDS, AT(ends)},
	{{"lxfs_reloads_total", LX_METRIC_COUNTER, "Reloads that ended, by outcome."}, "outcome",
		reloads, LX_N_RELOAD_OUTCOMES, AT(reloads)},
};

static void render_labelled(const LxService *service, const Labelled *row, GString *text)
{
	const uint64_t *counts = (const void *)((const char *)service + row->offset);

	lx_exposition_begin(text, &row->metric);
	for (unsigned i = 0; i < row->n_values; i++) {
		const LxLabel labels[] = {{row->label, row->values[i]}, {NULL}};

		if (row->values[i])
			lx_exposition_count(text, row->metric.name, labels, counts[i]);
	}
}

/* ---- What was answered ------------------------------------------------------------------- */

static const char *const operations[LX_N_OPERATIONS] = {
	[LX_OPERATION_READ] = "read",
	[LX_OPERATION_OPEN] = "open",
	[LX_OPERATION_LOOKUP] = "lookup",
	[LX_OPERATION_ATTRIBUTES] = "attributes",
	[LX_OPERATION_LIST] = "list",
	[LX_OPERATION_RELEASE] = "release",
	[LX_OPERATION_POLL] = "poll",
	[LX_OPERATION_WRITE] = "write",
	[LX_OPERATION_OTHER] = "other",
};

static const char *const outcomes[LX_N_OUTCOMES] = {
	[LX_OUTCOME_OK] = "ok",
	[LX_OUTCOME_REFUSED] = "refused",
	[LX_OUTCOME_GONE] = "gone",
	[LX_OUTCOME_FAILED] = "failed",
};

static void render_histogram(const LxHistogram *times, const char *operation, GString *text)
{
	const LxLabel labels[] = {{"operation", operation}, {NULL}};
	uint64_t n = 0;

	for (unsigned i = 0; i <= LX_TALLY_BOUNDS; i++) {
		g_autofree char *bound = i < LX_TALLY_BOUNDS
						 ? lx_exposition_seconds(lx_tally_bound_nsec(i))
						 : g_strdup("+Inf");
		const LxLabel bucket[] = {{"operation", operation}, {"le", bound}, {NULL}};

		n += times->buckets[i];
		lx_exposition_count(text, "lxfs_request_duration_seconds_bucket", bucket, n);
	}
	lx_exposition_nsec(text, "lxfs_request_duration_seconds_sum", labels, times->sum_nsec);
	lx_exposition_count(text, "lxfs_request_duration_seconds_count", labels, n);
}

static void render_durations(const LxTally *tally, GString *text)
{
	static const LxMetric metric = {"lxfs_request_duration_seconds", LX_METRIC_HISTOGRAM,
		"Time from taking a request from the kernel to its answer."};

	lx_exposition_begin(text, &metric);
	for (int i = 0; i < LX_N_OPERATIONS; i++)
		render_histogram(&tally->requests[i], operations[i], text);
}

/* "ok" always, so that a file is there from the start; other outcomes once they have happened. */
static void render_reads_of(const LxTally *tally, unsigned part, const char *name, GString *text)
{
	for (int i = 0; i < LX_N_OUTCOMES; i++) {
		const LxLabel labels[] = {{"file", name}, {"outcome", outcomes[i]}, {NULL}};
		uint64_t n = tally->reads[part][i];

		if (i == LX_OUTCOME_OK || n)
			lx_exposition_count(text, "lxfs_reads_total", labels, n);
	}
}

static void render_reads(const LxTally *tally, GString *text)
{
	static const LxMetric metric = {"lxfs_reads_total", LX_METRIC_COUNTER,
		"Reads from the start of a file, each of which makes a new text, by outcome."};

	lx_exposition_begin(text, &metric);
	for (unsigned part = 0; part < LX_TREE_PARTS; part++) {
		const char *name = part ? lx_tree_part_name(part) : "other";

		if (name)
			render_reads_of(tally, part, name, text);
	}
}

/* ---- System calls ------------------------------------------------------------------------ */

static const char *const calls[LX_N_CALLS] = {
	[LX_CALL_UNKNOWN] = "other",
	[LX_CALL_SYSINFO] = "sysinfo",
	[LX_CALL_SYSINFO_NARROW] = "sysinfo-32bit",
	[LX_CALL_AFFINITY] = "sched_getaffinity",
};

static const char *const call_outcomes[LX_N_CALL_OUTCOMES] = {
	[LX_CALL_ANSWERED] = "answered",
	[LX_CALL_CONTINUED] = "continued",
	[LX_CALL_FAILED] = "failed",
	[LX_CALL_GONE] = "gone",
};

static const LxMetric calls_metric = {"lxfs_calls_total", LX_METRIC_COUNTER,
	"System calls of containers that lxfs was asked about, by outcome."};

static void render_call(const uint64_t *counts, const char *call, GString *text)
{
	for (int i = 0; i < LX_N_CALL_OUTCOMES; i++) {
		const LxLabel labels[] = {{"call", call}, {"outcome", call_outcomes[i]}, {NULL}};

		lx_exposition_count(text, calls_metric.name, labels, counts[i]);
	}
}

static void render_calls(const LxService *service, GString *text)
{
	lx_exposition_begin(text, &calls_metric);
	for (int kind = 0; kind < LX_N_CALLS; kind++)
		render_call(service->calls[kind], calls[kind], text);
}

/* ---- The whole --------------------------------------------------------------------------- */

void lx_service_render(const LxService *service, GString *text)
{
	render_information(service, text);
	for (size_t i = 0; i < G_N_ELEMENTS(plains); i++)
		render_plain(service, &plains[i], text);
	for (size_t i = 0; i < G_N_ELEMENTS(labelled); i++)
		render_labelled(service, &labelled[i], text);
	render_calls(service, text);
	render_reads(&service->tally, text);
	render_durations(&service->tally, text);
}
