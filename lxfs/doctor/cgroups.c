/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The cgroup layout of the host, from /proc/self/cgroup (cgroups(7)): a line "N:CONTROLLERS:PATH"
 * for each hierarchy of v1, and "0::PATH" for v2.
 */
#include "doctor/cgroups.h"

#include <string.h>

typedef struct {
	bool v1;
	bool v2;          /* there, and mounted */
	char *v2_folder;  /* where; NULL: nowhere */
	GPtrArray *names; /* controllers of either */
} Layout;

static void layout_clear(Layout *layout)
{
	g_free(layout->v2_folder);
	g_clear_pointer(&layout->names, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Layout, layout_clear)

static void add_names(Layout *layout, const char *text, const char *separators)
{
	g_auto(GStrv) names = g_strsplit_set(text, separators, 64);

	for (char **name = names; *name; name++)
		if (**name)
			g_ptr_array_add(layout->names, g_strdup(*name));
}

static void add_hierarchy(Layout *layout, const char *line)
{
	g_auto(GStrv) fields = g_strsplit(line, ":", 3);

	if (g_strv_length(fields) != 3)
		return;
	if (strcmp(fields[0], "0") == 0)
		layout->v2 = layout->v2_folder != NULL;
	else if (*fields[1] && !g_str_has_prefix(fields[1], "name="))
		layout->v1 = true;
	add_names(layout, fields[1], ",");
}

static void find_hierarchies(const LxPatient *patient, Layout *layout)
{
	g_autofree char *text = lx_patient_text(patient, "/proc/self/cgroup");
	g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", 256);

	for (char **line = lines; *line; line++)
		add_hierarchy(layout, *line);
}

/* The usual places; elsewhere nobody mounts it. */
static char *find_v2_folder(const LxPatient *patient)
{
	static const char *const places[] = {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"};

	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		g_autofree char *file = g_strconcat(places[i], "/cgroup.controllers", NULL);

		if (lx_patient_has(patient, file))
			return g_strdup(places[i]);
	}
	return NULL;
}

static Layout layout_of(const LxPatient *patient)
{
	Layout layout = {.names = g_ptr_array_new_with_free_func(g_free)};

	layout.v2_folder = find_v2_folder(patient);
	find_hierarchies(patient, &layout);
	if (layout.v2_folder) {
		g_autofree char *file = g_strconcat(layout.v2_folder, "/cgroup.controllers", NULL);
		g_autofree char *text = lx_patient_text(patient, file);

		add_names(&layout, text ? text : "", " \n");
	}
	return layout;
}

void lx_cgroups_check_layout(const LxPatient *patient, LxFindings *findings)
{
	g_auto(Layout) layout = layout_of(patient);

	if (layout.v1 && layout.v2)
		lx_findings_add(findings, LX_SEVERITY_OK, NULL, "cgroups v1 and v2 (hybrid)");
	else if (layout.v1)
		lx_findings_add(findings, LX_SEVERITY_OK, NULL, "cgroups v1");
	else if (layout.v2)
		lx_findings_add(findings, LX_SEVERITY_OK, NULL, "cgroups v2");
	else
		lx_findings_add(findings, LX_SEVERITY_BROKEN,
			"mount -t cgroup2 cgroup2 /sys/fs/cgroup",
			"no cgroups are mounted: containers cannot be told apart");
}

static bool has(const Layout *layout, const char *name)
{
	for (unsigned i = 0; i < layout->names->len; i++)
		if (strcmp(g_ptr_array_index(layout->names, i), name) == 0)
			return true;
	return false;
}

static const struct {
	const char *name;
	const char *name_v1; /* NULL: the same */
	bool only_v1;
	LxSeverity missing;
	const char *cost;
	const char *cure;
} controllers[] = {
	{"memory", NULL, false, LX_SEVERITY_WARNING,
		"meminfo and swaps know neither a limit nor a use",
		"add cgroup_enable=memory to the kernel's command line"},
	{"cpu", NULL, false, LX_SEVERITY_WARNING, "quotas and weights do not count as CPUs",
		"boot a kernel with CONFIG_CGROUP_SCHED and CONFIG_CFS_BANDWIDTH"},
	{"cpuacct", NULL, true, LX_SEVERITY_WARNING, "stat and uptime have no CPU times",
		"boot a kernel with CONFIG_CGROUP_CPUACCT"},
	{"cpuset", NULL, false, LX_SEVERITY_WARNING, "all CPUs of the host are seen",
		"boot a kernel with CONFIG_CPUSETS"},
	{"io", "blkio", false, LX_SEVERITY_NOTE, "diskstats show no IO",
		"boot a kernel with CONFIG_BLK_CGROUP"},
	{"hugetlb", NULL, false, LX_SEVERITY_NOTE, "huge pages are not limited",
		"boot a kernel with CONFIG_CGROUP_HUGETLB"},
};

static bool has_controller(const Layout *layout, size_t index)
{
	const char *name_v1 = controllers[index].name_v1;

	return has(layout, controllers[index].name) || (name_v1 && has(layout, name_v1));
}

void lx_cgroups_check_controllers(const LxPatient *patient, LxFindings *findings)
{
	g_auto(Layout) layout = layout_of(patient);

	for (size_t i = 0; i < G_N_ELEMENTS(controllers); i++) {
		if (controllers[i].only_v1 && !layout.v1)
			continue;
		if (has_controller(&layout, i))
			lx_findings_add(findings, LX_SEVERITY_OK, NULL, "controller %s",
				controllers[i].name);
		else
			lx_findings_add(findings, controllers[i].missing, controllers[i].cure,
				"no controller %s: %s", controllers[i].name, controllers[i].cost);
	}
}

/* On v2 the root has no such file; any group below it with the controller does. */
void lx_cgroups_check_swap(const LxPatient *patient, LxFindings *findings)
{
	g_autofree char *v1 =
		lx_patient_match(patient, "/sys/fs/cgroup/*memory*/memory.memsw.limit_in_bytes");
	g_autofree char *v2 = lx_patient_match(patient, "/sys/fs/cgroup/*/memory.swap.max");
	g_auto(Layout) layout = layout_of(patient);

	if (!has(&layout, "memory"))
		return;
	if (v1 || v2)
		lx_findings_add(findings, LX_SEVERITY_OK, NULL, "swap is counted by container");
	else
		lx_findings_add(findings, LX_SEVERITY_NOTE,
			"add swapaccount=1 to the kernel's command line",
			"swap is not counted by container: its use is shown as 0");
}

void lx_cgroups_check_freezer(const LxPatient *patient, LxFindings *findings)
{
	g_autofree char *v2 = lx_patient_match(patient, "/sys/fs/cgroup/*/cgroup.freeze");
	g_auto(Layout) layout = layout_of(patient);

	if (v2 || has(&layout, "freezer"))
		lx_findings_add(findings, LX_SEVERITY_OK, NULL, "containers can be frozen");
	else
		lx_findings_add(findings, LX_SEVERITY_NOTE, "boot a kernel of version 5.2 or later",
			"no cgroup.freeze: docker pause and the like do not work");
}
