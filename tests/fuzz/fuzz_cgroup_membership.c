/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/membership.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static LxLayout hybrid = {
	.n_hierarchies = 3,
	.hierarchies =
		{
			{.v2 = false, .mount = (char *)"m", .controllers = (char *)"memory"},
			{.v2 = false, .mount = (char *)"c", .controllers = (char *)"cpu,cpuacct"},
			{.v2 = true, .mount = (char *)"u", .controllers = (char *)""},
		},
};

/* Every path that comes out is absolute. */
static void check_paths(const LxMembership *membership)
{
	for (unsigned i = 0; i < LX_HIERARCHIES_MAX; i++)
		if (membership->paths[i] && membership->paths[i][0] != '/')
			abort();
}

/* The bytes before the first NUL are the outside view, those behind it the inside one. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	LxSlice outside_text, inside_text = {(const char *)data, size};
	g_auto(LxMembership) outside = {0}, inside = {0}, root = {0};

	if (!lx_scan_until(&inside_text, '\0', &outside_text))
		outside_text = inside_text;
	if (!lx_membership_parse(&hybrid, outside_text, "fuzz", &outside, NULL) ||
		!lx_membership_parse(&hybrid, inside_text, "fuzz", &inside, NULL))
		return 0;
	lx_membership_namespace_root(&outside, &inside, &root);
	check_paths(&root);
	lx_membership_cut_init_scope(&root);
	check_paths(&root);
	return 0;
}
