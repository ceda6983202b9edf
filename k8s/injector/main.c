/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lxfs-injector: gives pods lxfs's views when they are created. */
#include "dry_run.h"
#include "service.h"

#include <stdio.h>

enum { EXIT_DONE, EXIT_FAILED, EXIT_USAGE };

static int run(LxInjectSettings *settings, GError **error)
{
	if (settings->version) {
		puts("lxfs-injector " LXFS_VERSION);
		return EXIT_DONE;
	}
	if (settings->reviews)
		return lx_inject_dry_run(settings, error) ? EXIT_DONE : EXIT_FAILED;
	return lx_inject_service_run(settings, error) ? EXIT_DONE : EXIT_FAILED;
}

int main(int argc, char **argv)
{
	g_auto(LxInjectSettings) settings = {0};
	g_autoptr(GError) error = NULL;
	int code = EXIT_USAGE;

	if (lx_inject_settings_parse(&settings, argc, argv, &error))
		code = run(&settings, &error);
	if (error)
		fprintf(stderr, "lxfs-injector: %s\n", error->message);
	return code;
}
