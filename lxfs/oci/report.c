/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What hook and wrapper say when the container starts all the same. */
#include "oci/report.h"

#include "fd.h"
#include "oci/json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
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

static char *print_line(const char *who, const GError *error)
{
	g_autofree char *text = g_strdup_printf("%s: %s", who, error->message);
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *time = g_date_time_format(now, "%Y-%m-%dT%H:%M:%SZ");
	g_autoptr(json_object) object = json_object_new_object();
	g_autofree char *line = NULL;

	lx_json_add_text(object, "level", "error");
	lx_json_add_text(object, "msg", text);
	lx_json_add_text(object, "time", time);
	line = lx_json_line(object);
	return g_strconcat(line, "\n", NULL);
}

void lx_report_failed(const char *who, const char *log, const GError *error)
{
	g_autofree char *line = print_line(who, error);
	g_auto(LxFd) fd = -1;

	fprintf(stderr, "%s: %s\n", who, error->message);
	if (log)
		fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd >= 0 && write(fd, line, strlen(line)) < 0)
		fprintf(stderr, "%s: writing %s: %s, ignoring\n", who, log, g_strerror(errno));
}
