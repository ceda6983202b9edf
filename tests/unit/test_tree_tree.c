/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tree/node.h"
#include "tree/table.h"

#include "unit.h"

static unsigned part_of(const LxNodeParts *parts)
{
	return lx_tree_part(lx_node_encode(parts));
}

START_TEST(a_row_is_a_part_whatever_the_scope)
{
	const LxNodeParts own = {.kind = LX_KIND_ROW, .number = LX_ROW_MEMINFO};
	const LxNodeParts other = {.scope = 77, .kind = LX_KIND_ROW, .number = LX_ROW_MEMINFO};

	ck_assert_uint_eq(part_of(&own), LX_ROW_MEMINFO);
	ck_assert_uint_eq(part_of(&other), LX_ROW_MEMINFO);
	ck_assert_str_eq(lx_tree_part_name(LX_ROW_MEMINFO), "proc/meminfo");
}
END_TEST

START_TEST(what_a_mirrored_folder_holds_counts_as_the_folder)
{
	const LxNodeParts cpu = {.kind = LX_KIND_CPU, .number = 3, .name = 9};
	const LxNodeParts node = {.kind = LX_KIND_NODE_OTHER, .name = 2};

	ck_assert_str_eq(lx_tree_part_name(part_of(&cpu)), "sys/devices/system/cpu");
	ck_assert_str_eq(lx_tree_part_name(part_of(&node)), "sys/devices/system/node");
}
END_TEST

START_TEST(any_number_is_below_the_number_of_parts)
{
	for (unsigned bit = 0; bit < 64; bit++) {
		ck_assert_uint_lt(lx_tree_part(UINT64_C(1) << bit), LX_TREE_PARTS);
		ck_assert_uint_lt(lx_tree_part(UINT64_MAX >> bit), LX_TREE_PARTS);
	}
}
END_TEST

START_TEST(folders_and_strange_numbers_have_no_name)
{
	ck_assert_ptr_null(lx_tree_part_name(0));
	ck_assert_ptr_null(lx_tree_part_name(LX_ROW_PROC));
	ck_assert_ptr_null(lx_tree_part_name(LX_ROW_CONTAINERS));
	ck_assert_ptr_null(lx_tree_part_name(LX_TREE_PARTS));
	ck_assert_ptr_null(lx_tree_part_name(UINT_MAX));
}
END_TEST

/* The numbers of all rows fit where they are counted. */
START_TEST(every_row_has_room)
{
	size_t n_rows;
	const LxRow *rows = lx_table_rows(&n_rows);

	for (size_t i = 0; i < n_rows; i++)
		ck_assert_uint_lt(rows[i].id, LX_TREE_PARTS);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		a_row_is_a_part_whatever_the_scope,
		what_a_mirrored_folder_holds_counts_as_the_folder,
		any_number_is_below_the_number_of_parts,
		folders_and_strange_numbers_have_no_name,
		every_row_has_room,
		NULL,
	};

	return unit_suite_new("tree/tree", tests);
}
