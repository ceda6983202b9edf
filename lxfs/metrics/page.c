/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The whole text of metrics, put together. */
#include "metrics/page.h"

#include "metrics/containers.h"
#include "metrics/exposition.h"
#include "metrics/published.h"
#include "mounts/survey.h"
#include "serve/pidfile.h"

#include <sys/syscall.h>

#include <linux/capability.h>

bool lx_page_is_up(const LxPage *page)
{
	return lx_pidfile_holder(page->runtime_dir, "supervisor.pid") > 0;
}

static void add_up(bool up, GString *text)
{
	static const LxMetric metric = {
		"lxfs_up", LX_METRIC_GAUGE, "1 when lxfs serves, 0 when it does not."};

	lx_exposition_begin(text, &metric);
	lx_exposition_count(text, metric.name, NULL, up);
}

/* Absent for a moment after the start, and for good where nobody serves. */
static void add_published(const LxPage *page, GString *text)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *published = lx_published_read(page->runtime_dir, &error);

	if (published)
		g_string_append(text, published);
	else
		g_info("%s, ignoring", error->message);
}

static void render_survey(const LxSurvey *survey, GString *text)
{
	static const LxMetric views = {"lxfs_views", LX_METRIC_GAUGE,
		"Views mounted in all mount namespaces: served, dead, or of LXCFS."};
	static const LxMetric spaces = {
		"lxfs_mount_namespaces", LX_METRIC_GAUGE, "Mount namespaces of this host."};
	const struct {
		const char *state;
		unsigned n;
	} rows[] = {{"served", survey->served}, {"dead", survey->dead}, {"lxcfs", survey->lxcfs}};

	lx_exposition_begin(text, &views);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const LxLabel labels[] = {{"state", rows[i].state}, {NULL}};

		lx_exposition_count(text, views.name, labels, rows[i].n);
	}
	lx_exposition_begin(text, &spaces);
	lx_exposition_count(text, spaces.name, NULL, survey->namespaces);
}

static void add_survey(const LxPage *page, GString *text)
{
	g_autoptr(GError) error = NULL;
	LxSurvey survey;

	if (lx_survey_take(page->runtime_dir, page->mountpoint, &survey, &error))
		render_survey(&survey, text);
	else
		g_info("%s, ignoring", error->message);
}

static void add_containers(const LxPage *page, GString *text)
{
	g_autoptr(GError) error = NULL;

	if (!lx_container_metrics_add(page->context, page->figures, text, &error))
		g_info("%s, ignoring", error->message);
}

char *lx_page_make(const LxPage *page)
{
	GString *text = g_string_sized_new(65536);
	bool up = lx_page_is_up(page);

	add_up(up, text);
	if (up)
		add_published(page, text);
	if (page->context) {
		add_survey(page, text);
		add_containers(page, text);
	}
	return g_string_free(text, FALSE);
}

/* ptrace(2), "Ptrace access mode checking": without it only one's own processes are seen whole. */
static bool may_look_at_others(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {0};

	return syscall(SYS_capget, &header, sets) == 0 &&
	       sets[CAP_TO_INDEX(CAP_SYS_PTRACE)].effective & CAP_TO_MASK(CAP_SYS_PTRACE);
}

LxContext *lx_page_context_new(void)
{
	g_autoptr(GError) error = NULL;
	LxContext *context;
	LxSettings settings;

	if (!may_look_at_others())
		return NULL;
	lx_settings_init(&settings);
	context = lx_context_new(&settings, &error);
	if (!context)
		g_info("%s, ignoring", error->message);
	return context;
}
