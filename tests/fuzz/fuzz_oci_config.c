/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A bundle's config.json: what is taken must still be taken, and be hooked, with the hook in it. */
#include "oci/config.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const arguments[] = {"lxfs", "hook", NULL};
	g_auto(LxOciConfig) before = {0};
	g_auto(LxOciConfig) after = {0};
	g_autofree char *text = NULL;

	if (!lx_config_parse((const char *)data, size, &before, NULL))
		return 0;
	lx_config_mounts_at(&before, "/proc/meminfo");
	text = lx_config_with_hook((const char *)data, size, "/usr/bin/lxfs", arguments, NULL);
	if (!text)
		return 0;
	if (!lx_config_parse(text, strlen(text), &after, NULL) || !after.hooked ||
		after.mounts->len != before.mounts->len || strcmp(after.rootfs, before.rootfs) != 0)
		__builtin_trap();
	return 0;
}
