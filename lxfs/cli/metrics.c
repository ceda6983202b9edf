/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * `lxfs metrics`: printed once, or served over HTTP.
 *
 * The HTTP server is a program of its own, so that the one that everybody's /proc hangs on loads
 * neither HTTP nor whatever comes with it.
 */
#include "metrics/arguments.h"
#include "metrics/page.h"
#include "verb.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config.h"

#define HELPER "lxfs-metrics-http"
/* A load is an average over time: only who stays can measure one. */
#define FIGURES (LX_FIGURES_ALL & ~LX_FIGURE_LOAD)

/* Beside this program (where it was built), else where it is installed. */
static char *find_helper(void)
{
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *folder = self ? g_path_get_dirname(self) : NULL;
	g_autofree char *beside = folder ? g_build_filename(folder, HELPER, NULL) : NULL;

	if (beside && access(beside, X_OK) == 0)
		return g_steal_pointer(&beside);
	return g_build_filename(LXFS_HELPER_DIR, HELPER, NULL);
}

static int serve(char **argv)
{
	g_autofree char *helper = find_helper();

	execv(helper, argv);
	fprintf(stderr,
		"lxfs metrics: executing %s: %s (it is built where libsoup 3 is: "
		"meson setup -Dmetrics-http=enabled)\n",
		helper, g_strerror(errno));
	return LX_EXIT_FAILED;
}

static int print(const LxMetricsArguments *arguments)
{
	g_autoptr(LxContext) context = lx_page_context_new();
	const LxPage page = {
		.runtime_dir = arguments->instance.runtime_dir,
		.mountpoint = arguments->instance.mountpoint,
		.context = context,
		.figures = arguments->containers ? FIGURES : 0,
	};
	g_autofree char *text = lx_page_make(&page);

	fputs(text, stdout);
	return LX_EXIT_DONE;
}

int lx_metrics_verb(int argc, char **argv)
{
	g_auto(LxMetricsArguments) arguments = {0};
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) given = g_strdupv(argv); /* parsing takes options out */

	if (lx_metrics_arguments_parse(&arguments, argc, argv, &error))
		return arguments.listen ? serve(given) : print(&arguments);
	fprintf(stderr, "lxfs metrics: %s\n", error->message);
	return LX_EXIT_USAGE;
}
