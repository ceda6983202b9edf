/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "view/credentials.h"

#include "unit.h"

#include <errno.h>
#include <linux/capability.h>

#define BIT(capability) (UINT64_C(1) << (capability))

START_TEST(groups_and_capabilities_are_read)
{
	g_auto(LxCredentials) credentials = {0};
	g_autoptr(GError) error = NULL;
	const char *status = "Name:\tCapEff: x\nUid:\t1\t2\t3\t4\nGroups:\t4 24 100000 \n"
			     "CapPrm:\t00000000ffffffff\nCapEff:\t000001ffffffffff\n";

	unit_ok(lx_credentials_parse(lx_slice(status), "status", &credentials, &error), error);
	ck_assert_uint_eq(credentials.groups->len, 3);
	ck_assert_uint_eq(g_array_index(credentials.groups, gid_t, 2), 100000);
	ck_assert_uint_eq(credentials.capabilities, UINT64_C(0x1ffffffffff));
}
END_TEST

START_TEST(a_task_without_groups_has_none)
{
	g_auto(LxCredentials) credentials = {0};
	g_autoptr(GError) error = NULL;

	unit_ok(lx_credentials_parse(
			lx_slice("Groups:\t \nCapEff:\t0\n"), "status", &credentials, &error),
		error);
	ck_assert_uint_eq(credentials.groups->len, 0);
}
END_TEST

START_TEST(what_cannot_be_read_gives_no_rights)
{
	static const char *const texts[] = {"", "Groups:\t4\n", "CapEff:\t0\n",
		"Groups:\t4 x\nCapEff:\t0\n", "Groups:\t4\nCapEff:\tzz\n",
		"Groups:\t4\nCapEff:\t\n", "Groups:\t4\nCapEff:\t11112222333344445\n"};
	g_auto(LxCredentials) credentials = {0};
	g_autoptr(GError) error = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		unit_fails(lx_credentials_parse(lx_slice(texts[i]), "status", &credentials, &error),
			error, EINVAL, "status");
	ck_assert_ptr_null(credentials.groups);
}
END_TEST

START_TEST(maps_are_read_or_refused)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GArray) map = lx_credentials_parse_map(
		lx_slice("         0     100000      65536\n 65536 4294967294 1\n"), "uid_map",
		&error);

	ck_assert_ptr_nonnull(map);
	ck_assert_uint_eq(map->len, 2);
	ck_assert_uint_eq(g_array_index(map, LxIdRange, 0).outside, 100000);
	unit_fails(lx_credentials_parse_map(lx_slice("0 1\n"), "uid_map", &error) != NULL, error,
		EINVAL, "range");
	unit_fails(
		lx_credentials_parse_map(lx_slice("0 99999999999 1\n"), "uid_map", &error) != NULL,
		error, EINVAL, "range");
}
END_TEST

static GArray *map_of(uint32_t outside, uint32_t count)
{
	GArray *map = g_array_new(FALSE, FALSE, sizeof(LxIdRange));
	LxIdRange range = {0, outside, count};

	g_array_append_val(map, range);
	return map;
}

START_TEST(capabilities_of_a_user_namespace_end_where_its_ids_end)
{
	static const struct {
		uid_t uid;
		gid_t gid;
		bool counts;
	} rows[] = {{100000, 100000, true}, {165535, 100000, true}, {165536, 100000, false},
		{99999, 100000, false}, {100000, 0, false}, {0, 0, false}};
	g_auto(LxCredentials) credentials = {
		.capabilities = UINT64_MAX,
		.foreign = true,
		.uid_map = map_of(100000, 65536),
		.gid_map = map_of(100000, 65536),
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct stat on = {.st_uid = rows[i].uid, .st_gid = rows[i].gid};
		uint64_t over = lx_credentials_over(&credentials, &on);

		ck_assert_int_eq((over & BIT(CAP_CHOWN)) != 0, rows[i].counts);
		ck_assert_uint_eq(over & BIT(CAP_SYS_ADMIN), 0);
	}
}
END_TEST

START_TEST(capabilities_of_our_own_user_namespace_count_everywhere)
{
	g_auto(LxCredentials) credentials = {.capabilities = BIT(CAP_SYS_ADMIN)};
	struct stat on = {.st_uid = 5};

	ck_assert_uint_eq(lx_credentials_over(&credentials, &on), BIT(CAP_SYS_ADMIN));
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {groups_and_capabilities_are_read,
		a_task_without_groups_has_none, what_cannot_be_read_gives_no_rights,
		maps_are_read_or_refused, capabilities_of_a_user_namespace_end_where_its_ids_end,
		capabilities_of_our_own_user_namespace_count_everywhere, NULL};

	return unit_suite_new("view/credentials", tests);
}
