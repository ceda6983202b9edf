/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Has a container been made? */
#include "mounts/started.h"

#include "fd.h"
#include "mounts/mountinfo.h"
#include "mounts/place.h"

#include <fcntl.h>

bool lx_started_look(pid_t pid)
{
	g_autofree char *path = g_strdup_printf("%d/exe", (int)pid);
	g_auto(LxFd) proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	g_auto(LxFd) program = openat(proc, path, O_PATH | O_CLOEXEC);
	g_autoptr(LxMountinfo) info = program < 0 ? NULL : lx_mountinfo_read(pid, NULL);

	return info && lx_mountinfo_by_id(info, lx_place_mount_id(proc, program));
}
