/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A container: a cgroup that holds a machine of its own, its init, and what it is called. */
#include "identity/container.h"

#include <fcntl.h>
#include <unistd.h>

LxContainer *lx_container_new(void)
{
	LxContainer *container = g_new0(LxContainer, 1);

	g_atomic_ref_count_init(&container->references);
	container->init_folder = -1;
	return container;
}

LxContainer *lx_container_ref(LxContainer *container)
{
	g_atomic_ref_count_inc(&container->references);
	return container;
}

void lx_container_unref(LxContainer *container)
{
	if (!container || !g_atomic_ref_count_dec(&container->references))
		return;
	lx_cgroup_unref(container->cgroup);
	lx_fd_clear(&container->init_folder);
	g_free(container->id);
	g_free(container);
}

LxContainer *lx_container_new_host(void)
{
	LxContainer *host = lx_container_new();

	host->is_host = true;
	host->id = g_strdup("host");
	host->runtime = "host";
	host->init_pid = 1;
	return host;
}

LxContainer *lx_container_renamed(const LxContainer *container, const char *id)
{
	LxContainer *renamed = lx_container_new();

	renamed->is_host = container->is_host;
	renamed->cgroup = container->cgroup ? lx_cgroup_ref(container->cgroup) : NULL;
	renamed->id = g_strdup(id);
	renamed->runtime = container->runtime;
	renamed->init_pid = container->init_pid;
	if (container->init_folder >= 0)
		renamed->init_folder = fcntl(container->init_folder, F_DUPFD_CLOEXEC, 0);
	renamed->pid_namespace = container->pid_namespace;
	renamed->start_boottime_nsec = container->start_boottime_nsec;
	return renamed;
}

bool lx_container_is_alive(const LxContainer *container)
{
	if (container->is_host)
		return true;
	return container->init_folder >= 0 &&
	       faccessat(container->init_folder, "stat", F_OK, 0) == 0;
}

uint32_t lx_container_number(const LxContainer *container)
{
	LxLevel *level = container->cgroup ? lx_cgroup_primary(container->cgroup) : NULL;

	return level ? (uint32_t)lx_level_id(level) : 0;
}
