/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The mounts of a namespace, who follows whom among them, and which of them may be dead. */
#include "mounts/holders.h"
#include "mounts/suspects.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(const LxMountinfo *info, LxHolders *holders)
{
	const LxMount *mount;

	for (unsigned i = 0; (mount = lx_mountinfo_at(info, i)) != NULL && i < 1000; i++) {
		lx_mountinfo_bottom(info, mount);
		lx_mountinfo_top(info, mount->mountpoint);
		lx_holders_hold(holders, mount);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const LxSuspectRules rules = {0};
	g_autoptr(LxMountinfo) info =
		lx_mountinfo_parse(g_strndup((const char *)data, size), "data", NULL);
	g_autoptr(LxHolders) holders = NULL;
	g_autoptr(GArray) suspects = NULL;

	if (!info)
		return 0;
	holders = lx_holders_new(info, "/run/lxfs/anchors");
	lx_holders_add(holders, info);
	walk(info, holders);
	suspects = lx_suspects_find(info, &rules);
	return 0;
}
