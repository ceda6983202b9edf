/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What hook and wrapper say when the container starts all the same. */
#include "oci/report.h"

#include <stdio.h>
#include <syslog.h>
#include <unistd.h>

void lx_report_ignored(const char *who, const GError *error)
{
	if (access("/dev/log", W_OK) < 0) {
		fprintf(stderr, "%s: %s, ignoring\n", who, error->message);
		return;
	}
	openlog("lxfs", LOG_PID, LOG_DAEMON);
	syslog(LOG_WARNING, "%s: %s, ignoring", who, error->message);
	closelog();
}
