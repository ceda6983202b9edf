/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line of `lxfs metrics`, which the program that serves them over HTTP has, too. */
#pragma once

#include "instance.h"

typedef struct {
	LxInstance instance;
	char *listen;        /* NULL: print them once */
	gboolean containers; /* figures of every container, too */
} LxMetricsArguments;

void lx_metrics_arguments_clear(LxMetricsArguments *arguments);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxMetricsArguments, lx_metrics_arguments_clear)

/* What is not given is as the settings say, or as remembered in the runtime folder. */
bool lx_metrics_arguments_parse(
	LxMetricsArguments *out, int argc, char **argv, GError **error) G_GNUC_WARN_UNUSED_RESULT;
