/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit.h"

#include "host/slabinfo.h"
#include "render/slabinfo.h"

/* Linux 6.18's header. */
#define HEADER \
	"slabinfo - version: 2.1\n" \
	"# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>" \
	" : tunables <limit> <batchcount> <sharedfactor>" \
	" : slabdata <active_slabs> <num_slabs> <sharedavail>\n"

START_TEST(the_header_is_the_host_s_and_no_cache_follows)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) text = g_string_new(NULL);
	LxSlice header;

	unit_ok(lx_slabinfo_parse_header(
			lx_slice(HEADER "kmalloc-8 1 2 3\n"), "proc/slabinfo", &header, &error),
		error);
	lx_slabinfo_render(header, text);
	ck_assert_str_eq(text->str, HEADER);
}
END_TEST

Suite *unit_suite(void)
{
	const TTest *const tests[] = {
		the_header_is_the_host_s_and_no_cache_follows,
		NULL,
	};

	return unit_suite_new("render/slabinfo", tests);
}
