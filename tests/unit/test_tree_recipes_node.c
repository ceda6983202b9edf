/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "tree/recipe.h"

#include <errno.h>

#define NODE(n) "sys/devices/system/node/node" #n "/"
/* Two nodes of 4 GiB, 256 MiB for the container, 100 of them in use. */
#define FILES \
	"proc/meminfo", "MemTotal:        8388608 kB\nMemFree:         6000000 kB\n", \
		"sys/devices/system/node/online", "0-1\n", NODE(0) "meminfo", \
		"Node 0 MemTotal:        4194304 kB\nNode 0 MemFree:         3000000 kB\n" \
		"Node 0 MemUsed:         1194304 kB\nNode 0 FilePages:         17252 kB\n" \
		"Node 0 AnonPages:         17748 kB\nNode 0 HugePages_Total:     5\n", \
		NODE(0) "vmstat", "nr_free_pages 1\nnr_anon_pages 2\n", NODE(1) "meminfo", \
		"Node 1 MemTotal:        4194304 kB\n", "proc/self/mounts", \
		"none /cg cgroup2 rw 0 0\n", "cg/a/memory.max", "268435456\n", \
		"cg/a/memory.current", "104857600\n", "cg/a/memory.numa_stat", \
		"anon N0=41943040 N1=0\nfile N0=10485760 N1=0\n"

typedef bool (*NodeRecipe)(const LxReading *reading, unsigned node, GString *text, GError **error);

static bool read_node(const char *const *files, NodeRecipe recipe, GString *text, GError **error)
{
	unit_autofolder folder = unit_folder_new(files);
	g_auto(LxMembership) membership = {.paths = {g_strdup("/a")}};
	g_autoptr(LxSysroot) root = lx_sysroot_new(folder, NULL);
	g_autoptr(LxHost) host = lx_host_new(root);
	g_autoptr(LxLayout) layout = lx_layout_new(root, NULL);
	g_autoptr(LxLevels) levels = lx_levels_new(root, layout);
	g_autoptr(LxCgroup) cgroup = lx_cgroup_new(levels, layout, &membership, NULL);
	LxContext context = {.root = root, .host = host, .layout = layout, .levels = levels};
	LxContainer container = {.cgroup = cgroup};
	LxReading reading = {.context = &context, .container = &container};

	return recipe(&reading, 0, text, error);
}

START_TEST(a_node_has_its_share_of_the_limit)
{
	static const char *const both[] = {FILES, NULL};
	static const char *const only_node_0[] = {FILES, "cg/a/cpuset.mems.effective", "0\n", NULL};
	static const struct {
		const char *const *files;
		NodeRecipe recipe;
		const char *text;
	} rows[] = {
		{both, lx_recipe_node_meminfo,
			"Node 0 MemTotal:         131072 kB\nNode 0 MemFree:           79872 kB\n"
			"Node 0 MemUsed:           51200 kB\nNode 0 FilePages:         10240 kB\n"
			"Node 0 AnonPages:         40960 kB\nNode 0 HugePages_Total:     0\n"},
		{only_node_0, lx_recipe_node_meminfo,
			"Node 0 MemTotal:         262144 kB\nNode 0 MemFree:          159744 kB\n"
			"Node 0 MemUsed:          102400 kB\nNode 0 FilePages:         10240 kB\n"
			"Node 0 AnonPages:         40960 kB\nNode 0 HugePages_Total:     0\n"},
		{both, lx_recipe_node_vmstat, "nr_free_pages 0\nnr_anon_pages 10240\n"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GString) text = g_string_new(NULL);

		unit_ok(read_node(rows[i].files, rows[i].recipe, text, &error), error);
		ck_assert_str_eq(text->str, rows[i].text);
	}
}
END_TEST

START_TEST(a_node_that_is_missing_is_an_error_that_names_it)
{
	static const char *const files[] = {
		"proc/self/mounts", "none /cg cgroup2 rw 0 0\n", "cg/a/memory.max", "max\n", NULL};
	const NodeRecipe recipes[] = {lx_recipe_node_meminfo, lx_recipe_node_vmstat};

	for (size_t i = 0; i < G_N_ELEMENTS(recipes); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GString) text = g_string_new(NULL);

		unit_fails(read_node(files, recipes[i], text, &error), error, ENOENT, "node0/");
	}
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_node_has_its_share_of_the_limit,
		a_node_that_is_missing_is_an_error_that_names_it,
		NULL,
	};

	return unit_suite_new("tree/recipes_node", tests);
}
