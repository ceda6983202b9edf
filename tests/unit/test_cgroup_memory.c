/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "cgroup/memory.h"

#include <errno.h>

#define V2_MOUNTS "proc/self/mounts", "none /cg cgroup2 rw 0 0\n"
#define V1_MOUNTS "proc/self/mounts", "none /cg cgroup rw,memory 0 0\n"

typedef struct {
	char *folder;
	LxSysroot *root;
	LxLayout *layout;
	LxLevels *levels;
	LxCgroup *cgroup;
} Scene;

static Scene scene_new(const char *const *files, const char *path)
{
	g_autoptr(GError) error = NULL;
	g_auto(LxMembership) membership = {.paths = {g_strdup(path)}};
	Scene scene = {.folder = unit_folder_new(files)};

	scene.root = lx_sysroot_new(scene.folder, NULL);
	scene.layout = lx_layout_new(scene.root, NULL);
	scene.levels = lx_levels_new(scene.root, scene.layout);
	scene.cgroup = lx_cgroup_new(scene.levels, scene.layout, &membership, &error);
	unit_ok(scene.cgroup != NULL, error);
	return scene;
}

static void scene_clear(Scene *scene)
{
	lx_cgroup_unref(scene->cgroup);
	lx_levels_free(scene->levels);
	lx_layout_free(scene->layout);
	lx_sysroot_free(scene->root);
	unit_folder_free(scene->folder);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Scene, scene_clear)

static const LxMemoryWanted all = {.stats = true, .swap = true};

START_TEST(v2_reads_limits_everywhere_and_use_where_a_limit_is)
{
	static const char *const files[] = {V2_MOUNTS, "cg/a/memory.max", "1000\n",
		"cg/a/memory.current", "900\n", "cg/a/memory.stat",
		"inactive_file 1\nactive_file 2\nslab_reclaimable 4\n", "cg/a/memory.swap.max",
		"300\n", "cg/a/memory.swap.current", "30\n", "cg/a/b/memory.max", "max\n",
		"cg/a/b/memory.current", "garbage\n", "cg/a/b/memory.swap.max", "max\n",
		"cg/a/b/memory.swap.current", "garbage\n", "cg/a/b/c/memory.max", "max\n",
		"cg/a/b/c/memory.current", "50\n", "cg/a/b/c/memory.stat", "anon 40\n",
		"cg/a/b/c/memory.swap.max", "0\n", "cg/a/b/c/memory.swap.current", "5\n", NULL};
	g_autoptr(GError) error = NULL;
	g_auto(Scene) scene = scene_new(files, "/a/b/c");
	g_auto(LxMemoryFacts) facts = {.n_levels = 0};

	unit_ok(lx_cgroup_read_memory(scene.cgroup, &all, &facts, &error), error);
	ck_assert_uint_eq(facts.n_levels, 3);
	ck_assert_int_eq(facts.swap, LX_SWAP_SEPARATE);
	ck_assert_uint_eq(facts.stats.values[LX_MEMORY_ANON], 40);
	ck_assert(facts.levels[0].limit_bytes == LX_UNLIMITED);
	ck_assert(facts.levels[0].have_usage && facts.levels[0].usage_bytes == 50);
	ck_assert(!facts.levels[0].have_reclaimable);
	ck_assert_uint_eq(facts.levels[0].swap_limit_bytes, 0);
	ck_assert_uint_eq(facts.levels[0].swap_usage_bytes, 5);
	ck_assert(facts.levels[1].limit_bytes == LX_UNLIMITED && !facts.levels[1].have_usage);
	ck_assert(!facts.levels[1].have_swap_usage);
	ck_assert_uint_eq(facts.levels[2].limit_bytes, 1000);
	ck_assert_uint_eq(facts.levels[2].usage_bytes, 900);
	ck_assert(facts.levels[2].have_reclaimable && facts.levels[2].reclaimable_bytes == 7);
	ck_assert_uint_eq(facts.levels[2].swap_limit_bytes, 300);
	ck_assert_uint_eq(facts.levels[2].swap_usage_bytes, 30);
}
END_TEST

START_TEST(v1_reads_the_same_facts_from_its_own_files)
{
	static const char *const files[] = {V1_MOUNTS, "cg/a/memory.limit_in_bytes", "1000\n",
		"cg/a/memory.usage_in_bytes", "900\n", "cg/a/memory.stat",
		"inactive_file 100\ntotal_inactive_file 1\ntotal_active_file 2\n",
		"cg/a/memory.memsw.limit_in_bytes", "3000\n", "cg/a/b/memory.limit_in_bytes",
		"9223372036854771712\n", "cg/a/b/memory.usage_in_bytes", "50\n",
		"cg/a/b/memory.stat", "cache 1\ntotal_rss 40\n",
		"cg/a/b/memory.memsw.limit_in_bytes", "9223372036854771712\n",
		"cg/a/b/memory.memsw.usage_in_bytes", "60\n", "cg/a/b/memory.swappiness", "0\n",
		"cg/a/b/memory.kmem.usage_in_bytes", "12\n", NULL};
	g_autoptr(GError) error = NULL;
	g_auto(Scene) scene = scene_new(files, "/a/b");
	g_auto(LxMemoryFacts) facts = {.n_levels = 0};

	unit_ok(lx_cgroup_read_memory(scene.cgroup, &all, &facts, &error), error);
	ck_assert_uint_eq(facts.n_levels, 2);
	ck_assert_int_eq(facts.swap, LX_SWAP_COMBINED);
	ck_assert_uint_eq(facts.stats.values[LX_MEMORY_ANON], 40);
	ck_assert(!facts.stats.have[LX_MEMORY_FILE]);
	ck_assert_uint_eq(facts.stats.values[LX_MEMORY_SLAB], 12);
	ck_assert(facts.have_swappiness && facts.swappiness == 0);
	ck_assert(facts.levels[0].limit_bytes == LX_UNLIMITED);
	ck_assert_uint_eq(facts.levels[0].usage_bytes, 50);
	ck_assert(facts.levels[0].swap_limit_bytes == LX_UNLIMITED);
	ck_assert_uint_eq(facts.levels[0].swap_usage_bytes, 60);
	ck_assert_uint_eq(facts.levels[1].limit_bytes, 1000);
	ck_assert_uint_eq(facts.levels[1].reclaimable_bytes, 3);
	ck_assert_uint_eq(facts.levels[1].swap_limit_bytes, 3000);
}
END_TEST

START_TEST(v1_has_no_limit_whatever_the_size_of_a_page)
{
	static const struct {
		const char *text;
		uint64_t limit;
	} rows[] = {
		{"9223372036854771712\n", LX_UNLIMITED},
		{"9223372036854710272\n", LX_UNLIMITED},
		{"9223372036854775807\n", LX_UNLIMITED},
		{"18446744073709551615\n", LX_UNLIMITED},
		{"-1\n", LX_UNLIMITED},
		{"4611686018427387904\n", UINT64_C(1) << 62},
		{"0\n", 0},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const char *const files[] = {
			V1_MOUNTS, "cg/a/memory.limit_in_bytes", rows[i].text, NULL};
		g_autoptr(GError) error = NULL;
		g_auto(Scene) scene = scene_new(files, "/a");
		g_auto(LxMemoryFacts) facts = {.n_levels = 0};

		unit_ok(lx_cgroup_read_memory(scene.cgroup, &all, &facts, &error), error);
		ck_assert_uint_eq(facts.levels[0].limit_bytes, rows[i].limit);
	}
}
END_TEST

START_TEST(what_the_kernel_does_not_have_is_absent)
{
	static const char *const mounts[][2] = {{V2_MOUNTS}, {V1_MOUNTS}};

	for (size_t i = 0; i < G_N_ELEMENTS(mounts); i++) {
		const char *const files[] = {
			mounts[i][0], mounts[i][1], "cg/a/cgroup.procs", "", NULL};
		g_autoptr(GError) error = NULL;
		g_auto(Scene) scene = scene_new(files, "/a");
		g_auto(LxMemoryFacts) facts = {.n_levels = 0};

		unit_ok(lx_cgroup_read_memory(scene.cgroup, &all, &facts, &error), error);
		ck_assert_uint_eq(facts.n_levels, 1);
		ck_assert_int_eq(facts.swap, LX_SWAP_UNACCOUNTED);
		ck_assert(facts.levels[0].limit_bytes == LX_UNLIMITED);
		ck_assert(facts.levels[0].swap_limit_bytes == LX_UNLIMITED);
		ck_assert(!facts.levels[0].have_usage && !facts.levels[0].have_reclaimable);
		ck_assert(!facts.stats.have[LX_MEMORY_ANON] && !facts.have_swappiness);
	}
}
END_TEST

START_TEST(the_root_and_a_missing_controller_have_no_levels)
{
	static const char *const no_memory[] = {
		"proc/self/mounts", "none /cg cgroup rw,cpu 0 0\n", "cg/a/cpu.shares", "1\n", NULL};
	static const char *const v2[] = {V2_MOUNTS, "cg/cgroup.procs", "", NULL};
	static const struct {
		const char *const *files;
		const char *path;
	} rows[] = {{no_memory, "/a"}, {v2, "/"}};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		g_auto(Scene) scene = scene_new(rows[i].files, rows[i].path);
		g_auto(LxMemoryFacts) facts = {.n_levels = 7};
		LxMemoryStats stats;

		unit_ok(lx_cgroup_read_memory(scene.cgroup, &all, &facts, &error), error);
		ck_assert_uint_eq(facts.n_levels, 0);
		unit_ok(lx_cgroup_read_memory_stats(scene.cgroup, &stats, &error), error);
		ck_assert(!stats.have[LX_MEMORY_ANON]);
		unit_ok(lx_cgroup_read_memory_node(scene.cgroup, 0, 4096, &stats, &error), error);
		ck_assert(!stats.have[LX_MEMORY_ANON]);
	}
}
END_TEST

START_TEST(what_is_not_wanted_is_not_read)
{
	static const char *const files[] = {V2_MOUNTS, "cg/a/memory.max", "1000\n",
		"cg/a/memory.stat", "anon garbage\n", "cg/a/memory.swap.max", "garbage\n", NULL};
	g_autoptr(GError) error = NULL;
	g_auto(Scene) scene = scene_new(files, "/a");
	g_auto(LxMemoryFacts) facts = {.n_levels = 0};

	unit_ok(lx_cgroup_read_memory(scene.cgroup, &(LxMemoryWanted){0}, &facts, &error), error);
	ck_assert_uint_eq(facts.levels[0].limit_bytes, 1000);
}
END_TEST

START_TEST(garbage_names_the_file_and_the_cgroup)
{
	static const struct {
		const char *mounts[2], *file, *text, *word;
	} rows[] = {
		{{V2_MOUNTS}, "cg/a/memory.max", "lots\n", "memory.max of the cgroup /a:"},
		{{V2_MOUNTS}, "cg/a/b/memory.current", "\n", "memory.current of the cgroup /a/b:"},
		{{V2_MOUNTS}, "cg/a/b/memory.stat", "anon x\n",
			"cgroup /a/b: parsing memory.stat, line 1"},
		{{V2_MOUNTS}, "cg/a/b/memory.swap.max", "x", "memory.swap.max of the cgroup /a/b"},
		{{V2_MOUNTS}, "cg/a/memory.swap.max", "x", "memory.swap.max of the cgroup /a:"},
		{{V1_MOUNTS}, "cg/a/b/memory.memsw.usage_in_bytes", "x", "memsw.usage_in_bytes of"},
		{{V1_MOUNTS}, "cg/a/b/memory.kmem.usage_in_bytes", "x", "kmem.usage_in_bytes of"},
		{{V1_MOUNTS}, "cg/a/memory.limit_in_bytes", "x",
			"limit_in_bytes of the cgroup /a:"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const char *const files[] = {rows[i].mounts[0], rows[i].mounts[1],
			"cg/a/b/cgroup.procs", "", rows[i].file, rows[i].text, NULL};
		g_autoptr(GError) error = NULL;
		g_auto(Scene) scene = scene_new(files, "/a/b");
		g_auto(LxMemoryFacts) facts = {.n_levels = 0};

		unit_fails(lx_cgroup_read_memory(scene.cgroup, &all, &facts, &error), error, EINVAL,
			rows[i].word);
		ck_assert_uint_eq(facts.n_levels, 0);
	}
}
END_TEST

START_TEST(a_cgroup_that_was_removed_has_gone)
{
	static const char *const files[] = {V2_MOUNTS, "cg/a/memory.max", "max\n", NULL};
	g_autoptr(GError) error = NULL;
	g_auto(Scene) scene = scene_new(files, "/a");
	g_auto(LxMemoryFacts) facts = {.n_levels = 0};
	LxMemoryStats stats;

	unit_folder_free(g_build_filename(scene.folder, "cg/a", NULL));
	unit_fails(lx_cgroup_read_memory(scene.cgroup, &all, &facts, &error), error, ENOENT,
		"the cgroup /a");
	unit_fails(lx_cgroup_read_memory_stats(scene.cgroup, &stats, &error), error, ENOENT,
		"memory.stat");
}
END_TEST

START_TEST(a_node_s_figures_are_bytes_on_both_versions)
{
	static const char *const v2[] = {
		V2_MOUNTS, "cg/a/memory.numa_stat", "anon N0=4096 N1=8192\n", NULL};
	static const char *const v1[] = {V1_MOUNTS, "cg/a/memory.numa_stat",
		"anon=1 N0=1 N1=0\nhierarchical_anon=3 N0=1 N1=2\n", NULL};
	const char *const *const rows[] = {v2, v1};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		g_auto(Scene) scene = scene_new(rows[i], "/a");
		LxMemoryStats stats;

		unit_ok(lx_cgroup_read_memory_node(scene.cgroup, 1, 4096, &stats, &error), error);
		ck_assert_uint_eq(stats.values[LX_MEMORY_ANON], 8192);
	}
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		v2_reads_limits_everywhere_and_use_where_a_limit_is,
		v1_reads_the_same_facts_from_its_own_files,
		v1_has_no_limit_whatever_the_size_of_a_page,
		what_the_kernel_does_not_have_is_absent,
		the_root_and_a_missing_controller_have_no_levels,
		what_is_not_wanted_is_not_read,
		garbage_names_the_file_and_the_cgroup,
		a_cgroup_that_was_removed_has_gone,
		a_node_s_figures_are_bytes_on_both_versions,
		NULL,
	};

	return unit_suite_new("cgroup/memory", tests);
}
