/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The control files that mean more than their text. */
#include "cgroup/control.h"

static const struct {
	const char *name;
	LxControl control;
	bool acts;
} controls[] = {
	{"cgroup.procs", LX_CONTROL_PROCESSES, false},
	{"cgroup.threads", LX_CONTROL_THREADS, false},
	{"tasks", LX_CONTROL_THREADS, false},
	{"release_agent", LX_CONTROL_REFUSED, false},
	{"cgroup.event_control", LX_CONTROL_REFUSED, false},
	{"cgroup.kill", LX_CONTROL_PLAIN, true},
	{"memory.reclaim", LX_CONTROL_PLAIN, true},
	{"memory.force_empty", LX_CONTROL_PLAIN, true},
};

static const char pressure_suffix[] = ".pressure";

LxControl lx_control_of(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(controls); i++)
		if (strcmp(controls[i].name, name) == 0)
			return controls[i].control;
	/* "cgroup.pressure" switches the others on and off, and takes no trigger. */
	if (g_str_has_suffix(name, pressure_suffix) && !g_str_has_prefix(name, "cgroup."))
		return LX_CONTROL_TRIGGER;
	return LX_CONTROL_PLAIN;
}

bool lx_control_acts(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(controls); i++)
		if (strcmp(controls[i].name, name) == 0)
			return controls[i].acts;
	return false;
}

static const char *const delegated_v1[] = {
	"cgroup.procs", "tasks", "notify_on_release", "cgroup.clone_children", NULL};

/* What Linux 5.4 gives away, for a kernel that does not say. */
static const char *const delegated_v2[] = {
	"cgroup.procs", "cgroup.threads", "cgroup.subtree_control", NULL};

void lx_delegation_init(LxDelegation *delegation, const LxSysroot *root)
{
	g_auto(LxText) text = {0};

	if (lx_sysroot_read(root, "sys/kernel/cgroup/delegate", &text, NULL))
		delegation->v2 = g_strsplit(text.bytes, "\n", -1);
	else
		delegation->v2 = g_strdupv((char **)delegated_v2);
}

void lx_delegation_clear(LxDelegation *delegation)
{
	g_clear_pointer(&delegation->v2, g_strfreev);
}

bool lx_delegation_has(const LxDelegation *delegation, bool v2, const char *name)
{
	const char *const *names = v2 ? (const char *const *)delegation->v2 : delegated_v1;

	return name[0] != '\0' && g_strv_contains(names, name);
}
