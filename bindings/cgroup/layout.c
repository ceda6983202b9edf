/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the cgroup hierarchies lie.
 *
 * The mount table says it all: type cgroup2 is the v2 hierarchy, type cgroup a v1 one, whose
 * controllers stand among its mount options. On a live host libcgroup is asked first, since it
 * knows which of several mounts of one hierarchy is the usable one; the table then adds what
 * libcgroup does not list: named v1 hierarchies and a v2 one that has no controllers.
 */
#include "cgroup/layout.h"

#include "cgroup/hierarchies.h"

#include <errno.h>

static const char *const controller_names_v1[LX_N_CONTROLLERS] = {
	[LX_CONTROLLER_CPU] = "cpu",
	[LX_CONTROLLER_CPUACCT] = "cpuacct",
	[LX_CONTROLLER_CPUSET] = "cpuset",
	[LX_CONTROLLER_MEMORY] = "memory",
	[LX_CONTROLLER_IO] = "blkio",
	[LX_CONTROLLER_HUGETLB] = "hugetlb",
	[LX_CONTROLLER_PIDS] = "pids",
};

/* v1 mount options that name no controller (show_mnt_opts, show_sb_opts, cgroup1_show_options). */
static const char *const plain_options[] = {"rw", "ro", "relatime", "noatime", "nodiratime",
	"nosuid", "nodev", "noexec", "nosymfollow", "sync", "dirsync", "mand", "lazytime", "none",
	"noprefix", "xattr", "clone_children", "cpuset_v2_mode", "favordynmods", "seclabel"};

static bool is_plain_option(LxSlice option)
{
	size_t hint = 0;

	return lx_scan_key(option, plain_options, G_N_ELEMENTS(plain_options), &hint) >= 0 ||
	       lx_slice_starts_with(option, "release_agent=") ||
	       lx_slice_starts_with(option, "context=");
}

static char *controllers_of_options(LxSlice options)
{
	g_autoptr(GString) controllers = g_string_new(NULL);
	LxSlice option;

	while (options.length > 0) {
		if (!lx_scan_until(&options, ',', &option)) {
			option = options;
			options.length = 0;
		}
		if (is_plain_option(option))
			continue;
		if (controllers->len > 0)
			g_string_append_c(controllers, ',');
		g_string_append_len(controllers, option.at, (gssize)option.length);
	}
	return g_string_free(g_steal_pointer(&controllers), FALSE);
}

static bool names_controller(const char *controllers, const char *name)
{
	LxSlice rest = lx_slice(controllers), one;

	while (rest.length > 0) {
		if (!lx_scan_until(&rest, ',', &one)) {
			one = rest;
			rest.length = 0;
		}
		if (lx_slice_equal(one, name))
			return true;
	}
	return false;
}

static bool is_known(const LxLayout *layout, bool v2, const char *controllers)
{
	for (unsigned i = 0; i < layout->n_hierarchies; i++) {
		const LxHierarchy *known = &layout->hierarchies[i];

		if (known->v2 == v2 && (v2 || strcmp(known->controllers, controllers) == 0))
			return true;
	}
	return false;
}

/* The mount table writes blanks as "\\040" (fs/proc_namespace.c, mangle). */
static char *unescaped(LxSlice mount)
{
	g_autofree char *raw = lx_slice_dup(mount);

	return g_strcompress(raw);
}

/* "cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0" */
static void add_mount(LxLayout *layout, LxSlice line)
{
	LxSlice device, mount, type, options;
	g_autofree char *controllers = NULL;
	bool v2;

	if (!lx_scan_word(&line, &device) || !lx_scan_word(&line, &mount) ||
		!lx_scan_word(&line, &type) || !lx_scan_word(&line, &options))
		return;
	v2 = lx_slice_equal(type, "cgroup2");
	if (!v2 && !lx_slice_equal(type, "cgroup"))
		return;
	controllers = v2 ? g_strdup("") : controllers_of_options(options);
	if (is_known(layout, v2, controllers) || layout->n_hierarchies == LX_HIERARCHIES_MAX)
		return;
	layout->hierarchies[layout->n_hierarchies++] = (LxHierarchy){
		.v2 = v2,
		.mount = unescaped(mount),
		.controllers = g_steal_pointer(&controllers),
	};
}

static bool read_mounts(LxLayout *layout, const LxSysroot *root, GError **error)
{
	g_auto(LxText) mounts = {0};
	LxSlice rest, line;

	if (!lx_sysroot_read(root, "proc/self/mounts", &mounts, error))
		return false;
	rest = lx_text_slice(&mounts);
	while (lx_scan_line(&rest, &line))
		add_mount(layout, line);
	return true;
}

/* libcgroup's mount point wins over an earlier line of the table for the same hierarchy. */
static void prefer_mount(const char *controller, const char *mount, gpointer data)
{
	LxLayout *layout = data;

	for (unsigned i = 0; i < layout->n_hierarchies; i++) {
		LxHierarchy *hierarchy = &layout->hierarchies[i];

		if (hierarchy->v2 || !names_controller(hierarchy->controllers, controller))
			continue;
		g_free(hierarchy->mount);
		hierarchy->mount = g_strdup(mount);
	}
}

static int find_v1(const LxLayout *layout, const char *name)
{
	for (unsigned i = 0; name && i < layout->n_hierarchies; i++)
		if (!layout->hierarchies[i].v2 &&
			names_controller(layout->hierarchies[i].controllers, name))
			return (int)i;
	return -1;
}

static int find_v2(const LxLayout *layout)
{
	for (unsigned i = 0; i < layout->n_hierarchies; i++)
		if (layout->hierarchies[i].v2)
			return (int)i;
	return -1;
}

static bool has_v1(const LxLayout *layout)
{
	for (unsigned i = 0; i < layout->n_hierarchies; i++)
		if (!layout->hierarchies[i].v2)
			return true;
	return false;
}

/* A controller that no v1 hierarchy has is v2's. */
static void assign_controllers(LxLayout *layout)
{
	for (int i = 0; i < LX_N_CONTROLLERS; i++) {
		layout->of[i] = find_v1(layout, controller_names_v1[i]);
		if (layout->of[i] < 0)
			layout->of[i] = find_v2(layout);
	}
}

LxLayout *lx_layout_new(const LxSysroot *root, GError **error)
{
	g_autoptr(LxLayout) layout = g_new0(LxLayout, 1);

	if (!read_mounts(layout, root, error))
		return NULL;
	if (lx_sysroot_is_live(root) && has_v1(layout) &&
		!lx_hierarchies_visit(prefer_mount, layout, error))
		return NULL;
	if (layout->n_hierarchies == 0) {
		lx_error_set(error, ENOTSUP,
			"finding the cgroup hierarchies: none is mounted on this host");
		return NULL;
	}
	assign_controllers(layout);
	return g_steal_pointer(&layout);
}

void lx_layout_free(LxLayout *layout)
{
	if (!layout)
		return;
	for (unsigned i = 0; i < layout->n_hierarchies; i++) {
		g_free(layout->hierarchies[i].mount);
		g_free(layout->hierarchies[i].controllers);
	}
	g_free(layout);
}

const char *lx_layout_name(const LxLayout *layout)
{
	if (find_v2(layout) < 0)
		return "v1";
	return layout->n_hierarchies == 1 ? "v2" : "hybrid";
}

const LxHierarchy *lx_layout_hierarchy(const LxLayout *layout, LxController controller)
{
	int index = layout->of[controller];

	return index < 0 ? NULL : &layout->hierarchies[index];
}
