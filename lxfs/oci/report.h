/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What hook and wrapper say when the container starts all the same.
 *
 * Some runtimes give a hook the standard error of the container, so that a line there would be
 * taken for its output. The line goes to syslog(3); to standard error only where nobody logs.
 */
#pragma once

#include "lxfs.h"

/* "WHO: MESSAGE, ignoring" */
void lx_report_ignored(const char *who, const GError *error);

/*
 * What keeps a container from starting, for its manager: on standard error, and as a line of the
 * log that it told its runtime to write (NULL: none), in runc's JSON.
 */
void lx_report_failed(const char *who, const char *log, const GError *error);
