/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "tree/recipe.h"

#include <errno.h>

#define HOST_DISKSTATS \
	" 254       0 vda 98377 30984 4329402 24964 19645 16702 2225952 6948 0 17360 32396 5508 " \
	"66 " \
	"505016 397 2036 85\n" \
	"   8       0 sda 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n" \
	"   8       1 sda1 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n"

typedef struct {
	char *folder;
	LxContext context;
	LxContainer container;
	LxReading reading;
} Scene;

static void scene_init(Scene *scene, const char *const *files)
{
	LxMembership membership = {.paths = {(char *)"/c"}};

	*scene = (Scene){.folder = unit_folder_new(files)};
	scene->context.root = lx_sysroot_new(scene->folder, NULL);
	scene->context.host = lx_host_new(scene->context.root);
	scene->context.layout = lx_layout_new(scene->context.root, NULL);
	scene->context.levels = lx_levels_new(scene->context.root, scene->context.layout);
	scene->container.cgroup =
		lx_cgroup_new(scene->context.levels, scene->context.layout, &membership, NULL);
	ck_assert_ptr_nonnull(scene->container.cgroup);
	scene->reading = (LxReading){&scene->context, &scene->container, 0};
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

static void check_diskstats(const char *const *files, const char *expected)
{
	g_autoptr(GString) text = g_string_new("before\n");
	g_autoptr(GError) error = NULL;
	Scene scene;

	scene_init(&scene, files);
	unit_ok(lx_recipe_diskstats(&scene.reading, text, &error), error);
	ck_assert_str_eq(text->str + strlen("before\n"), expected);
	scene_clear(&scene);
}

START_TEST(diskstats_has_the_containers_numbers_under_the_hosts_names)
{
	static const char *const v2[] = {"proc/self/mounts", "none /cgroup cgroup2 rw 0 0\n",
		"proc/diskstats", HOST_DISKSTATS, "cgroup/c/io.stat",
		"8:0 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=512 dios=3\n"
		"254:0 rbytes=1024 rios=1\n9:9 rios=4\n(unknown) rios=1\n",
		NULL};
	static const char *const v1[] = {"proc/self/mounts", "none /cgroup cgroup rw,blkio 0 0\n",
		"proc/diskstats", HOST_DISKSTATS, "cgroup/c/blkio.throttle.io_serviced_recursive",
		"8:0 Read 1\n8:0 Write 2\n", "cgroup/c/blkio.throttle.io_service_bytes_recursive",
		"8:0 Read 4096\n8:0 Write 8192\n", NULL};

	check_diskstats(v2, " 254       0 vda 1 0 2 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
			    "   8       0 sda 1 0 8 0 2 0 16 0 0 0 0 3 0 1 0 0 0\n");
	check_diskstats(v1, "   8       0 sda 1 0 8 0 2 0 16 0 0 0 0 0 0 0 0 0 0\n");
}
END_TEST

START_TEST(a_container_that_used_no_device_has_an_empty_file)
{
	static const char *const idle[] = {"proc/self/mounts", "none /cgroup cgroup2 rw 0 0\n",
		"proc/diskstats", HOST_DISKSTATS, "cgroup/c/io.stat", "", NULL};
	static const char *const uncounted[] = {"proc/self/mounts", "none /cgroup cgroup2 rw 0 0\n",
		"proc/diskstats", HOST_DISKSTATS, "cgroup/c/cgroup.procs", "", NULL};

	check_diskstats(idle, "");
	check_diskstats(uncounted, "");
}
END_TEST

START_TEST(pressure_files_carry_the_cgroups_text)
{
	static const char *const files[] = {"proc/self/mounts", "none /cgroup cgroup2 rw 0 0\n",
		"cgroup/c/cpu.pressure", "cpu\n", "cgroup/c/io.pressure", "io\n",
		"cgroup/c/memory.pressure", "memory\n", NULL};
	g_autoptr(GString) text = g_string_new("");
	g_autoptr(GError) error = NULL;
	Scene scene;

	scene_init(&scene, files);
	unit_ok(lx_recipe_pressure_cpu(&scene.reading, text, &error), error);
	unit_ok(lx_recipe_pressure_io(&scene.reading, text, &error), error);
	unit_ok(lx_recipe_pressure_memory(&scene.reading, text, &error), error);
	ck_assert_str_eq(text->str, "cpu\nio\nmemory\n");
	unit_fails(lx_recipe_pressure_irq(&scene.reading, text, &error), error, ENOTSUP,
		"irq.pressure");
	ck_assert_str_eq(text->str, "cpu\nio\nmemory\n");
	scene_clear(&scene);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		diskstats_has_the_containers_numbers_under_the_hosts_names,
		a_container_that_used_no_device_has_an_empty_file,
		pressure_files_carry_the_cgroups_text,
		NULL,
	};

	return unit_suite_new("tree/recipes_io", tests);
}
