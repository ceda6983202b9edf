/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lxfs: verb -> function. */
#include "home.h"
#include "verb.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int help_verb(int argc, char **argv);
static int version_verb(int argc, char **argv);

static const struct {
	const char *name;
	LxVerb run;
	const char *purpose; /* NULL: another spelling of the one before */
} verbs[] = {
	{"serve", lx_serve_verb, "mount the views and serve them"},
	{"reload", lx_reload_verb, "hand over to the program on disk without a failed read"},
	{"ps", lx_ps_verb, "list the containers of this host"},
	{"top", lx_top_verb, "watch the containers of this host"},
	{"show", lx_show_verb, "print one view, as a container sees it"},
	{"attach", lx_attach_verb, "put the views into running containers"},
	{"detach", lx_detach_verb, "take them out again"},
	{"heal", lx_heal_verb, "replace dead views in every mount namespace"},
	{"hook", lx_hook_verb, "OCI runtime hook: views before a container's process starts"},
	{"doctor", lx_doctor_verb, "what is wrong on this host, and what mends it"},
	{"metrics", lx_metrics_verb, "what it has done, for Prometheus; --listen serves it"},
	{"help", help_verb, "this page; `lxfs VERB --help` for one verb"},
	{"--help", help_verb, NULL},
	{"-h", help_verb, NULL},
	{"version", version_verb, "the version of lxfs"},
	{"--version", version_verb, NULL},
};

#define N_VERBS (sizeof verbs / sizeof verbs[0])

static int help_verb(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	printf("Usage: lxfs VERB [OPTION...]\n\n"
	       "Makes a container see its own machine: /proc and /sys files by its cgroup.\n\n");
	for (size_t i = 0; i < N_VERBS; i++)
		if (verbs[i].purpose)
			printf("  %-9s %s\n", verbs[i].name, verbs[i].purpose);
	printf("\nSee lxfs(1) and lxfs.conf(5).\n");
	return LX_EXIT_DONE;
}

static int version_verb(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	printf("lxfs %s\n", LXFS_VERSION);
	return LX_EXIT_DONE;
}

/* Container managers call it by this name, and with a runtime's arguments. */
static bool is_wrapper(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strcmp(slash ? slash + 1 : path, "lxfs-runtime") == 0;
}

/* What was printed may not have been written yet: to a full disk, say. */
static int conclude(const char *verb, int exit_code)
{
	bool failed = ferror(stdout); /* of which nobody knows the number any more */
	int code = fflush(stdout) == 0 ? EIO : errno;

	if (!failed && !ferror(stdout))
		return exit_code;
	fprintf(stderr, "lxfs %s: writing to standard output: %s\n", verb, strerror(code));
	return exit_code == LX_EXIT_DONE ? LX_EXIT_FAILED : exit_code;
}

int main(int argc, char **argv)
{
	if (argc > 0 && is_wrapper(argv[0]))
		return lx_wrapper_verb(argc, argv);
	if (argc < 2) {
		help_verb(argc, argv);
		return LX_EXIT_USAGE;
	}
	lx_home_enter();
	for (size_t i = 0; i < N_VERBS; i++)
		if (strcmp(argv[1], verbs[i].name) == 0)
			return conclude(argv[1], verbs[i].run(argc - 1, argv + 1));
	fprintf(stderr, "lxfs: %s is no verb; see `lxfs help`\n", argv[1]);
	return LX_EXIT_USAGE;
}
