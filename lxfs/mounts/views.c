/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The views that have an anchor each. */
#include "mounts/views.h"

#include "path.h"

#include <errno.h>
#include <string.h>

static const LxView views[] = {
	{"proc/cpuinfo", false, false},
	{"proc/diskstats", false, false},
	{"proc/loadavg", false, false},
	{"proc/meminfo", false, false},
	{"proc/pressure/cpu", false, true},
	{"proc/pressure/io", false, true},
	{"proc/pressure/irq", false, true},
	{"proc/pressure/memory", false, true},
	{"proc/slabinfo", false, false},
	{"proc/stat", false, false},
	{"proc/swaps", false, false},
	{"proc/uptime", false, false},
	{"proc/vmstat", false, false},
	{"sys/devices/system/cpu", true, false},
	{"sys/devices/system/node", true, false},
};
G_STATIC_ASSERT(G_N_ELEMENTS(views) == LX_VIEWS_N);

const LxView *lx_views_at(unsigned index)
{
	return index < G_N_ELEMENTS(views) ? &views[index] : NULL;
}

const LxView *lx_views_find(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(views); i++)
		if (strcmp(views[i].name, name) == 0)
			return &views[i];
	return NULL;
}

char *lx_views_host_path(const LxView *view)
{
	return g_build_filename("/", view->name, NULL);
}

/* ---- Lists ------------------------------------------------------------------------------- */

static bool means(const char *word, const char *name)
{
	static const char *const beginnings[] = {"proc/", "sys/devices/system/"};

	if (lx_path_is_within(name, word))
		return true;
	for (size_t i = 0; i < G_N_ELEMENTS(beginnings); i++)
		if (g_str_has_prefix(name, beginnings[i]) &&
			lx_path_is_within(name + strlen(beginnings[i]), word))
			return true;
	return false;
}

static LxViewSet meant_by(const char *word)
{
	LxViewSet set = 0;

	for (unsigned i = 0; i < LX_VIEWS_N; i++)
		if (word[0] != '\0' && means(word, views[i].name))
			set |= UINT32_C(1) << i;
	return set;
}

bool lx_views_parse(const char *list, LxViewSet *out, GError **error)
{
	/* An empty list has an empty word, too. */
	g_auto(GStrv) words = g_strsplit(list[0] ? list : " ", ",", -1);
	LxViewSet set = 0;

	for (char **word = words; *word; word++) {
		LxViewSet meant = meant_by(g_strstrip(*word));

		if (!meant) {
			lx_error_set(error, EINVAL,
				"choosing files: \"%s\" is no view; meminfo, pressure and cpu are, "
				"for example",
				*word);
			return false;
		}
		set |= meant;
	}
	*out = set;
	return true;
}
