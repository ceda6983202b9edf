/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mounts/survey.h"

#include "unit.h"

#include <sys/sysmacros.h>

#define ROOT_MOUNT \
	"20 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n21 20 0:5 / /proc rw - proc proc rw\n"
#define VIEW(id, device, name) \
#id " 21 0:" #device " /proc/" name " /proc/" name " ro - fuse.lxfs lxfs ro\n"

typedef struct {
	LxServed served;
	LxSurveyRules rules;
} Host;

/* Device 0:60 is served at /mnt, 0:59 was served before. */
static void host_init(Host *host, GArray *devices)
{
	static const char *const spared[] = {"/mnt", "/run/lxfs/anchors", NULL};

	*host = (Host){
		.served = {.mountpoint = "/mnt", .devices = {makedev(0, 60)}, .n_devices = 1}};
	host->rules =
		(LxSurveyRules){.served = &host->served, .devices = devices, .spared = spared};
}

static GArray *generations(void)
{
	GArray *devices = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	const uint64_t numbers[] = {makedev(0, 59), makedev(0, 60)};

	return g_array_append_vals(devices, numbers, 2);
}

static LxSurvey survey_of(const LxSurveyRules *rules, const char *text)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(LxMountinfo) info = lx_mountinfo_parse(g_strdup(text), "test", &error);
	LxSurvey survey = {0};

	ck_assert_msg(info != NULL, "%s", error ? error->message : "");
	lx_survey_add(&survey, rules, info, 77);
	return survey;
}

START_TEST(served_and_dead_views_are_told_by_their_device)
{
	g_autoptr(GArray) devices = generations();
	LxSurvey survey;
	Host host;

	host_init(&host, devices);
	survey = survey_of(&host.rules,
		ROOT_MOUNT VIEW(30, 60, "meminfo") VIEW(31, 60, "stat") VIEW(32, 59, "uptime"));
	ck_assert_uint_eq(survey.namespaces, 1);
	ck_assert_uint_eq(survey.served, 2);
	ck_assert_uint_eq(survey.dead, 1);
	ck_assert_uint_eq(survey.namespaces_dead, 1);
	ck_assert_int_eq(survey.example, 77);
}
END_TEST

START_TEST(when_nothing_serves_all_of_ours_are_dead)
{
	g_autoptr(GArray) devices = generations();
	LxSurvey survey;
	Host host;

	host_init(&host, devices);
	host.rules.served = NULL;
	survey = survey_of(&host.rules, ROOT_MOUNT VIEW(30, 60, "meminfo") VIEW(31, 59, "stat"));
	ck_assert_uint_eq(survey.served, 0);
	ck_assert_uint_eq(survey.dead, 2);
}
END_TEST

START_TEST(views_of_another_instance_are_its_own_business)
{
	g_autoptr(GArray) devices = generations();
	LxSurvey survey;
	Host host;

	host_init(&host, devices);
	survey = survey_of(&host.rules, ROOT_MOUNT VIEW(30, 99, "meminfo"));
	ck_assert_uint_eq(survey.served + survey.dead, 0);
}
END_TEST

START_TEST(the_mount_point_and_the_anchors_are_no_views_in_a_container)
{
	g_autoptr(GArray) devices = generations();
	LxSurvey survey;
	Host host;

	host_init(&host, devices);
	survey = survey_of(&host.rules, ROOT_MOUNT
		"30 20 0:60 / /mnt rw - fuse.lxfs lxfs rw\n"
		"31 20 0:60 /proc/stat /run/lxfs/anchors/proc/stat ro - fuse.lxfs lxfs ro\n"
		"32 20 0:60 /proc/stat /mntx ro - fuse.lxfs lxfs ro\n");
	ck_assert_uint_eq(survey.served, 1);
}
END_TEST

START_TEST(views_of_lxcfs_are_counted_for_themselves)
{
	g_autoptr(GArray) devices = generations();
	LxSurvey survey;
	Host host;

	host_init(&host, devices);
	survey = survey_of(&host.rules,
		ROOT_MOUNT "30 21 0:70 /proc/stat /proc/stat rw - fuse.lxcfs lxcfs rw\n");
	ck_assert_uint_eq(survey.lxcfs, 1);
	ck_assert_uint_eq(survey.dead, 0);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		served_and_dead_views_are_told_by_their_device,
		when_nothing_serves_all_of_ours_are_dead,
		views_of_another_instance_are_its_own_business,
		the_mount_point_and_the_anchors_are_no_views_in_a_container,
		views_of_lxcfs_are_counted_for_themselves,
		NULL,
	};

	return unit_suite_new("mounts/survey", tests);
}
