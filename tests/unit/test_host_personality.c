/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "host/personality.h"

#include <sys/personality.h>

START_TEST(only_the_low_byte_names_the_domain)
{
	static const struct {
		const char *text;
		bool is_32bit;
	} rows[] = {
		{"00000008\n", true},
		{"00000008", true},
		{"8", true},
		{"00040008\n", true},
		{"ffffff08\n", true},
		{"00000000\n", false},
		{"00000018\n", false},
		{"00000080\n", false},
		{"0000000a\n", false},
		{"", false},
		{"\n", false},
		{"linux32\n", false},
		{"8 8\n", false},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		ck_assert_msg(
			lx_personality_text_is_32bit(lx_slice(rows[i].text)) == rows[i].is_32bit,
			"\"%s\"", rows[i].text);
}
END_TEST

START_TEST(a_task_whose_file_cannot_be_read_is_a_plain_one)
{
	static const char *const files[] = {"proc/7/personality", "00000008\n", NULL};
	unit_autofolder folder = unit_folder_new(files);
	g_autoptr(LxSysroot) root = lx_sysroot_new(folder, NULL);

	ck_assert(lx_personality_is_32bit(root, 7));
	ck_assert(!lx_personality_is_32bit(root, 8));
	ck_assert(!lx_personality_is_32bit(root, 0));
	ck_assert(!lx_personality_matters(root));
}
END_TEST

START_TEST(the_thread_is_what_it_was_afterwards)
{
	unsigned own = (unsigned)personality(0xffffffff), before;

	before = lx_personality_enter_32bit();
	ck_assert_int_eq(personality(0xffffffff) & PER_MASK, PER_LINUX32);
	lx_personality_leave(before);
	ck_assert_uint_eq((unsigned)personality(0xffffffff), own);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		only_the_low_byte_names_the_domain,
		a_task_whose_file_cannot_be_read_is_a_plain_one,
		the_thread_is_what_it_was_afterwards,
		NULL,
	};

	return unit_suite_new("host/personality", tests);
}
