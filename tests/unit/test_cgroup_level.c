/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "base/number.h"
#include "cgroup/cgroup.h"

#include <errno.h>

#include <glib/gstdio.h>

static const char *const host_files[] = {
	"proc/self/mounts",
	"none /cgroup cgroup2 rw 0 0\n",
	"cgroup/a/memory.max",
	"max\n",
	"cgroup/a/b/memory.max",
	"268435456\n",
	"cgroup/a/b/memory.current",
	"garbage\n",
	"cgroup/a/b/memory.stat",
	"anon 1\n",
	NULL,
};

typedef struct {
	char *folder;
	LxSysroot *root;
	LxLayout *layout;
	LxLevels *levels;
} Host;

static Host host_new(void)
{
	Host host = {.folder = unit_folder_new(host_files)};

	host.root = lx_sysroot_new(host.folder, NULL);
	host.layout = lx_layout_new(host.root, NULL);
	host.levels = lx_levels_new(host.root, host.layout);
	return host;
}

static void host_clear(Host *host)
{
	lx_levels_free(host->levels);
	lx_layout_free(host->layout);
	lx_sysroot_free(host->root);
	unit_folder_free(host->folder);
}

static LxLevel *level_at(Host *host, const char *path)
{
	g_autoptr(GError) error = NULL;
	LxLevel *level = NULL;

	unit_ok(lx_levels_get(host->levels, 0, path, &level, &error), error);
	return level;
}

START_TEST(limits_and_texts_are_read_and_what_is_missing_is_absent)
{
	g_autoptr(GError) error = NULL;
	Host host = host_new();
	LxLevel *level = level_at(&host, "/a/b");
	g_auto(LxText) text = {0};
	uint64_t limit = 0;
	bool present;

	unit_ok(lx_level_read_u64(level, LX_CGROUP_MEMORY_MAX, &limit, &present, &error), error);
	ck_assert(present && limit == 268435456);
	unit_ok(lx_level_read_u64(
			lx_level_parent(level), LX_CGROUP_MEMORY_MAX, &limit, &present, &error),
		error);
	ck_assert(present && limit == LX_UNLIMITED);
	unit_ok(lx_level_read(level, LX_CGROUP_MEMORY_STAT, &text, &error), error);
	ck_assert_str_eq(text.bytes, "anon 1\n");
	unit_ok(lx_level_read(level, LX_CGROUP_IO_STAT, &text, &error), error);
	ck_assert_ptr_null(text.bytes);
	unit_ok(lx_level_read_u64(level, LX_CGROUP_PIDS_CURRENT, &limit, &present, &error), error);
	ck_assert(!present);
	ck_assert_ptr_null(lx_level_parent(lx_level_parent(level)));
	lx_level_unref(level);
	host_clear(&host);
}
END_TEST

START_TEST(garbage_names_the_file_and_the_cgroup)
{
	g_autoptr(GError) error = NULL;
	Host host = host_new();
	LxLevel *level = level_at(&host, "/a/b");
	uint64_t limit;
	bool present;

	unit_fails(lx_level_read_u64(level, LX_CGROUP_MEMORY_CURRENT, &limit, &present, &error),
		error, EINVAL, "memory.current of the cgroup /a/b");
	lx_level_unref(level);
	host_clear(&host);
}
END_TEST

START_TEST(levels_are_shared_and_the_root_is_none)
{
	Host host = host_new();
	LxLevel *one = level_at(&host, "/a/b"), *two = level_at(&host, "/a/b");
	LxLevel *parent = level_at(&host, "/a");

	ck_assert_ptr_eq(one, two);
	ck_assert_ptr_eq(lx_level_parent(one), parent);
	ck_assert_ptr_null(level_at(&host, "/"));
	lx_levels_forget(host.levels, parent);
	lx_level_unref(two);
	two = level_at(&host, "/a/b");
	ck_assert_ptr_ne(one, two);
	lx_level_unref(one);
	lx_level_unref(two);
	lx_level_unref(parent);
	host_clear(&host);
}
END_TEST

START_TEST(a_path_out_of_the_mount_is_never_followed)
{
	static const char *const rows[] = {"/../../proc", "/a/..", "/a/../../proc", "/missing"};
	Host host = host_new();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		LxLevel *level = NULL;

		unit_fails(lx_levels_get(host.levels, 0, rows[i], &level, &error), error, ENOENT,
			"cgroup");
	}
	host_clear(&host);
}
END_TEST

START_TEST(a_cgroup_that_was_removed_has_gone_and_is_not_absent)
{
	g_autoptr(GError) error = NULL;
	Host host = host_new();
	LxLevel *level = level_at(&host, "/a/b");
	g_autofree char *folder = g_build_filename(host.folder, "cgroup/a/b", NULL);
	g_auto(LxText) text = {0};

	unit_folder_free(g_steal_pointer(&folder));
	unit_fails(
		lx_level_read(level, LX_CGROUP_IO_STAT, &text, &error), error, ENOENT, "io.stat");
	lx_level_unref(level);
	host_clear(&host);
}
END_TEST

/* Somebody may hold the removed one for long; the new one must not be taken for it. */
START_TEST(a_cgroup_made_anew_under_the_same_path_is_another)
{
	g_autoptr(GError) error = NULL;
	Host host = host_new();
	LxLevel *old = level_at(&host, "/a/b"), *fresh;
	g_autofree char *folder = g_build_filename(host.folder, "cgroup/a/b", NULL);

	unit_folder_free(g_strdup(folder));
	ck_assert_int_eq(g_mkdir(folder, 0755), 0);
	fresh = level_at(&host, "/a/b");
	ck_assert_ptr_ne(old, fresh);
	ck_assert_uint_ne(lx_level_id(old), lx_level_id(fresh));
	ck_assert_ptr_eq(lx_level_parent(old), lx_level_parent(fresh));
	lx_level_unref(old);
	lx_level_unref(fresh);
	host_clear(&host);
}
END_TEST

/* v1 renames a cgroup that somebody is in. */
START_TEST(a_renamed_cgroup_has_left_its_path)
{
	g_autoptr(GError) error = NULL;
	Host host = host_new();
	LxLevel *old = level_at(&host, "/a/b"), *none = NULL, *renamed;
	g_autofree char *from = g_build_filename(host.folder, "cgroup/a/b", NULL);
	g_autofree char *to = g_build_filename(host.folder, "cgroup/a/c", NULL);

	ck_assert_int_eq(g_rename(from, to), 0);
	unit_fails(lx_levels_get(host.levels, 0, "/a/b", &none, &error), error, ENOENT, "a/b");
	renamed = level_at(&host, "/a/c");
	ck_assert_uint_eq(lx_level_id(old), lx_level_id(renamed));
	lx_level_unref(old);
	lx_level_unref(renamed);
	host_clear(&host);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		limits_and_texts_are_read_and_what_is_missing_is_absent,
		garbage_names_the_file_and_the_cgroup,
		levels_are_shared_and_the_root_is_none,
		a_path_out_of_the_mount_is_never_followed,
		a_cgroup_that_was_removed_has_gone_and_is_not_absent,
		a_cgroup_made_anew_under_the_same_path_is_another,
		a_renamed_cgroup_has_left_its_path,
		NULL,
	};

	return unit_suite_new("cgroup/level", tests);
}
