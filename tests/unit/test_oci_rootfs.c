/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "oci/rootfs.h"
#include "unit.h"

#include <errno.h>

#define ROOTFS "/run/b/rootfs"
#define HOST "20 1 254:0 / / rw - ext4 /dev/vda rw\n21 20 0:5 / /proc rw - proc proc rw\n"

static LxMountinfo *parse(const char *text)
{
	LxMountinfo *info = lx_mountinfo_parse(g_strdup(text), "text", NULL);

	ck_assert_ptr_nonnull(info);
	return info;
}

START_TEST(the_root_is_found_before_and_after_pivot_root)
{
	static const struct {
		const char *theirs;
		const char *place;
	} rows[] = {
		/* createRuntime: the host's mounts, and the container's among them. */
		{HOST "65 20 254:0 " ROOTFS " " ROOTFS " rw - ext4 /dev/vda rw\n"
		      "66 65 0:40 / " ROOTFS "/proc rw - proc proc rw\n",
			ROOTFS},
		{HOST "65 20 0:50 / " ROOTFS " rw - overlay overlay rw\n", ROOTFS},
		/* poststart: the same device as the host's root, or another one. */
		{"65 43 254:0 " ROOTFS " / rw - ext4 /dev/vda rw\n"
		 "66 65 0:40 / /proc rw - proc proc rw\n",
			"/"},
		{"65 43 0:50 / / rw - overlay overlay rw\n", "/"},
		/* After chroot(2) "/" is often no mount. */
		{"66 65 0:40 / /proc rw - proc proc rw\n", "/"},
	};
	g_autoptr(LxMountinfo) own = parse(HOST);

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(LxMountinfo) theirs = parse(rows[i].theirs);
		g_autoptr(GError) error = NULL;
		const char *place = lx_rootfs_find(own, theirs, ROOTFS, &error);

		unit_ok(place != NULL, error);
		ck_assert_str_eq(place, rows[i].place);
	}
}
END_TEST

START_TEST(the_hosts_own_root_is_no_container)
{
	g_autoptr(LxMountinfo) own = parse(HOST);
	g_autoptr(LxMountinfo) theirs =
		parse(HOST "65 20 0:50 / /run/other rw - overlay overlay rw\n");
	g_autoptr(GError) error = NULL;

	unit_fails(lx_rootfs_find(own, theirs, ROOTFS, &error) != NULL, error, ENOENT,
		"not mounted at " ROOTFS);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {the_root_is_found_before_and_after_pivot_root,
		the_hosts_own_root_is_no_container, NULL};

	return unit_suite_new("oci/rootfs", tests);
}
