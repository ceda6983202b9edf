/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The live host's controllers and their mount points, as libcgroup finds them. */
#include "cgroup/hierarchies.h"

#include <errno.h>

#include <libcgroup.h>

static bool fail(int code, GError **error)
{
	lx_error_set(error, ENOTSUP, "asking libcgroup for the mounted controllers: %s",
		cgroup_strerror(code));
	return false;
}

/* libcgroup writes its errors to standard error unless it is given a logger. */
static void drop_log(void *data, int level, const char *format, va_list arguments)
{
}

bool lx_hierarchies_visit(LxHierarchyVisit visit, gpointer data, GError **error)
{
	struct cgroup_mount_point mount;
	void *cursor = NULL;
	int code;

	cgroup_set_logger(drop_log, CGROUP_LOG_ERROR, NULL);
	code = cgroup_init();
	if (code)
		return code == ECGROUPNOTMOUNTED ? true : fail(code, error);
	for (code = cgroup_get_controller_begin(&cursor, &mount); code == 0;
		code = cgroup_get_controller_next(&cursor, &mount))
		visit(mount.name, mount.path, data);
	cgroup_get_controller_end(&cursor);
	return code == ECGEOF ? true : fail(code, error);
}
