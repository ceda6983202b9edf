/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's block devices from /proc/diskstats. */
#include "host/diskstats.h"

#include <errno.h>

void lx_disks_clear(LxDisks *disks)
{
	g_free(disks->disks);
	*disks = (LxDisks){0};
}

static bool parse_line(LxSlice line, LxDisk *disk)
{
	uint64_t major, minor;
	LxSlice name;

	if (!lx_scan_u64(&line, &major) || !lx_scan_u64(&line, &minor) ||
		!lx_scan_word(&line, &name))
		return false;
	if (major > UINT32_MAX || minor > UINT32_MAX || name.length >= LX_DISK_NAME_BYTES)
		return false;
	disk->major = (unsigned)major;
	disk->minor = (unsigned)minor;
	memcpy(disk->name, name.at, name.length);
	disk->name[name.length] = '\0';
	return true;
}

bool lx_diskstats_parse(LxSlice text, const char *what, LxDisks *out, GError **error)
{
	g_autoptr(GArray) disks = g_array_new(FALSE, FALSE, sizeof(LxDisk));
	LxSlice rest = text, line;

	for (unsigned number = 1; lx_scan_line(&rest, &line); number++) {
		LxDisk disk;

		if (!parse_line(line, &disk)) {
			lx_error_set(error, EINVAL, "parsing %s, line %u: \"%.*s\" is no device",
				what, number, (int)MIN(line.length, 100), line.at);
			return false;
		}
		g_array_append_val(disks, disk);
	}
	out->n_disks = disks->len;
	out->disks = (LxDisk *)g_array_free(g_steal_pointer(&disks), FALSE);
	return true;
}

bool lx_diskstats_read(LxHost *host, LxDisks *out, GError **error)
{
	g_auto(LxText) text = {0};
	GError *failure = NULL;

	if (!lx_host_read(host, LX_HOST_DISKSTATS, &text, &failure)) {
		if (lx_error_code(failure) != ENOENT) {
			g_propagate_error(error, failure);
			return false;
		}
		g_error_free(failure);
		*out = (LxDisks){0};
		return true;
	}
	return lx_diskstats_parse(
		lx_text_slice(&text), lx_host_path(LX_HOST_DISKSTATS), out, error);
}
