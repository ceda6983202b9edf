/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/): for each
 * metric two lines that say what it is, then a line for each of its samples. Pure: text is put
 * behind what a GString holds.
 */
#pragma once

#include "lxfs.h"

typedef enum { LX_METRIC_GAUGE, LX_METRIC_COUNTER, LX_METRIC_HISTOGRAM } LxMetricType;

/* A counter's name ends in _total, a unit is the one in the name: _seconds, _bytes. */
typedef struct {
	const char *name;
	LxMetricType type;
	const char *help; /* one sentence */
} LxMetric;

/* Of a sample; a list of them ends with a NULL name. Values may hold anything. */
typedef struct {
	const char *name;
	const char *value;
} LxLabel;

/* The lines HELP and TYPE; the samples must follow at once. */
void lx_exposition_begin(GString *text, const LxMetric *metric);

/* One sample. `labels` NULL: none. */
void lx_exposition_count(GString *text, const char *name, const LxLabel *labels, uint64_t value);
/* In seconds, exactly. */
void lx_exposition_nsec(GString *text, const char *name, const LxLabel *labels, uint64_t nsec);
/* A number with two digits behind the point. */
void lx_exposition_hundredths(
	GString *text, const char *name, const LxLabel *labels, uint64_t hundredths);

/* Nanoseconds as a decimal number of seconds without needless digits: "0.000008192". For g_free. */
char *lx_exposition_seconds(uint64_t nsec);
