/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "doctor/mounts.h"

#include "doctoring.h"

#define MOUNTINFO "proc/self/mountinfo"
#define ROOT_MOUNT "20 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n"

START_TEST(anchors_must_be_shared)
{
	doctoring_finds(lx_mounts_check_anchors, "ok /run/lxfs/anchors is shared\n", MOUNTINFO,
		ROOT_MOUNT "30 20 0:50 / /run/lxfs/anchors rw shared:7 - tmpfs lxfs-anchors rw\n");
	doctoring_finds(lx_mounts_check_anchors,
		"broken /run/lxfs/anchors is not shared: containers do not follow it\n", MOUNTINFO,
		ROOT_MOUNT "30 20 0:50 / /run/lxfs/anchors rw - tmpfs lxfs-anchors rw\n");
	doctoring_finds(lx_mounts_check_anchors, "note there are no anchors below /run/lxfs\n",
		MOUNTINFO, ROOT_MOUNT);
}
END_TEST

START_TEST(a_table_of_mounts_that_makes_no_sense_says_nothing)
{
	doctoring_finds(lx_mounts_check_anchors, "", MOUNTINFO, "garbage\n");
	doctoring_finds(lx_mounts_check_anchors, "");
	doctoring_finds(lx_mounts_check_lxcfs, "");
}
END_TEST

START_TEST(lxcfs_beside_is_noted_once)
{
	doctoring_finds(lx_mounts_check_lxcfs,
		"note LXCFS is mounted at /var/lib/lxcfs, too: containers set up for it have its "
		"files\n",
		MOUNTINFO,
		ROOT_MOUNT "31 20 0:51 / /var/lib/lxcfs rw - fuse.lxcfs lxcfs rw\n"
			   "32 20 0:51 /proc/meminfo /proc/meminfo rw - fuse.lxcfs lxcfs rw\n");
	doctoring_finds(lx_mounts_check_lxcfs, "", MOUNTINFO, ROOT_MOUNT);
}
END_TEST

START_TEST(a_captured_host_has_no_namespaces)
{
	doctoring_finds(lx_mounts_check_dead, "");
	doctoring_finds(lx_mounts_check_namespace, "");
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		anchors_must_be_shared,
		a_table_of_mounts_that_makes_no_sense_says_nothing,
		lxcfs_beside_is_noted_once,
		a_captured_host_has_no_namespaces,
		NULL,
	};

	return unit_suite_new("doctor/mounts", tests);
}
