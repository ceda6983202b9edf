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

static bool take_text(LxSlice *rest, LxMembership *out)
{
	LxSlice text;

	if (!lx_scan_until(rest, '\0', &text)) {
		text = *rest;
		rest->length = 0;
	}
	return lx_membership_parse(&hybrid, text, "fuzz", out, NULL);
}

/* A root is the member's path, or its beginning. */
static void check_root(const LxMembership *root, const LxMembership *member)
{
	for (unsigned i = 0; i < LX_HIERARCHIES_MAX; i++)
		if (member->paths[i] && !lx_membership_is_within(member->paths[i], root->paths[i]))
			abort();
}

/* Up to three texts with a NUL between them: a member, and a process from here and from within. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	LxSlice rest = {(const char *)data, size};
	g_auto(LxMembership) member = {0}, here = {0}, within = {0}, root = {0};

	if (!take_text(&rest, &member) || !take_text(&rest, &here) || !take_text(&rest, &within))
		return 0;
	lx_membership_namespace_root(&member, &here, &within, &root);
	check_paths(&root);
	check_root(&root, &member);
	lx_membership_cut_init_scope(&root);
	check_paths(&root);
	return 0;
}
