/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "tree/recipe.h"

#include <errno.h>

#define SWAPS_HEADER "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
#define HOST \
	"proc/meminfo", \
		"MemTotal:        8388608 kB\nMemFree:         6000000 kB\n" \
		"MemAvailable:    7000000 kB\nDirty:               148 kB\n" \
		"SwapTotal:       2097152 kB\nSwapFree:        2097152 kB\n" \
		"CommitLimit:     6291456 kB\nHugePages_Total:       4\n" \
		"HugePages_Free:        4\nHugepagesize:       2048 kB\n" \
		"Hugetlb:            8192 kB\nDirectMap4k:       32768 kB\n", \
		"proc/sys/vm/overcommit_ratio", "40\n", "proc/swaps", \
		SWAPS_HEADER "/swap file 2097152 0 -2\n", "proc/vmstat", \
		"nr_free_pages 5\npgfault 6\nnr_anon_pages 7\n", "proc/slabinfo", \
		"slabinfo - version: 2.1\n# name\nkmalloc-8 1 2\n"
#define V2 "proc/self/mounts", "none /cg cgroup2 rw 0 0\n"
#define V2_CGROUP \
	"cg/a/memory.max", "268435456\n", "cg/a/memory.current", "104857600\n", \
		"cg/a/memory.stat", \
		"anon 41943040\nfile_dirty 4096\ninactive_file 10485760\npgfault 77\n", \
		"cg/a/memory.swap.max", "134217728\n", "cg/a/memory.swap.current", "1048576\n", \
		"cg/a/hugetlb.2MB.max", "4194304\n", "cg/a/hugetlb.2MB.current", "2097152\n"

typedef struct {
	char *folder;
	LxContext context;
	LxContainer container;
	LxReading reading;
} Scene;

static void scene_init(Scene *scene, const char *const *files)
{
	g_auto(LxMembership) membership = {.paths = {g_strdup("/a")}};
	LxContext *context = &scene->context;

	*scene = (Scene){.folder = unit_folder_new(files)};
	context->settings.swap = true;
	context->root = lx_sysroot_new(scene->folder, NULL);
	context->host = lx_host_new(context->root);
	context->layout = lx_layout_new(context->root, NULL);
	context->levels = lx_levels_new(context->root, context->layout);
	scene->container.cgroup =
		lx_cgroup_new(context->levels, context->layout, &membership, NULL);
	scene->reading = (LxReading){.context = context, .container = &scene->container};
}

static void scene_clear(Scene *scene)
{
	lx_cgroup_unref(scene->container.cgroup);
	lx_levels_free(scene->context.levels);
	lx_layout_free(scene->context.layout);
	lx_host_free(scene->context.host);
	lx_sysroot_free(scene->context.root);
	unit_folder_free(scene->folder);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Scene, scene_clear)

START_TEST(each_file_is_the_container_s_own)
{
	static const char *const files[] = {HOST, V2, V2_CGROUP, NULL};
	static const struct {
		LxRecipe recipe;
		const char *text;
	} rows[] = {
		{lx_recipe_meminfo, "MemTotal:         262144 kB\nMemFree:          159744 kB\n"
				    "MemAvailable:     169984 kB\nDirty:                 4 kB\n"
				    "SwapTotal:        131072 kB\nSwapFree:         130048 kB\n"
				    "CommitLimit:      235928 kB\nHugePages_Total:       2\n"
				    "HugePages_Free:        1\nHugepagesize:       2048 kB\n"
				    "Hugetlb:            4096 kB\nDirectMap4k:           0 kB\n"},
		{lx_recipe_swaps,
			SWAPS_HEADER "none                                    virtual\t\t131072\t\t"
				     "1024\t\t0\n"},
		{lx_recipe_vmstat, "nr_free_pages 0\npgfault 77\nnr_anon_pages 10240\n"},
		{lx_recipe_slabinfo, "slabinfo - version: 2.1\n# name\n"},
	};
	g_auto(Scene) scene = {0};

	scene_init(&scene, files);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GString) text = g_string_new(NULL);

		unit_ok(rows[i].recipe(&scene.reading, text, &error), error);
		ck_assert_str_eq(text->str, rows[i].text);
	}
}
END_TEST

START_TEST(swap_off_shows_none_in_both_files)
{
	static const char *const files[] = {HOST, V2, V2_CGROUP, NULL};
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) text = g_string_new(NULL);
	g_auto(Scene) scene = {0};

	scene_init(&scene, files);
	scene.context.settings.swap = false;
	unit_ok(lx_recipe_swaps(&scene.reading, text, &error), error);
	ck_assert_str_eq(text->str, SWAPS_HEADER);
	unit_ok(lx_recipe_meminfo(&scene.reading, text, &error), error);
	ck_assert_ptr_nonnull(strstr(text->str, "SwapTotal:             0 kB\n"
						"SwapFree:              0 kB\n"));
}
END_TEST

START_TEST(a_host_file_that_is_missing_is_an_error_that_names_it)
{
	static const char *const files[] = {V2, V2_CGROUP, NULL};
	static const struct {
		LxRecipe recipe;
		const char *name;
	} rows[] = {
		{lx_recipe_meminfo, "proc/meminfo"},
		{lx_recipe_swaps, "proc/swaps"},
		{lx_recipe_vmstat, "proc/vmstat"},
		{lx_recipe_slabinfo, "proc/slabinfo"},
	};
	g_auto(Scene) scene = {0};

	scene_init(&scene, files);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GString) text = g_string_new(NULL);

		unit_fails(
			rows[i].recipe(&scene.reading, text, &error), error, ENOENT, rows[i].name);
		ck_assert_str_eq(text->str, "");
	}
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		each_file_is_the_container_s_own,
		swap_off_shows_none_in_both_files,
		a_host_file_that_is_missing_is_an_error_that_names_it,
		NULL,
	};

	return unit_suite_new("tree/recipes_memory", tests);
}
