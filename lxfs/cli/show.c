/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `lxfs show`: one view on standard output, without FUSE. */
#include "cli/chosen.h"
#include "settings.h"
#include "verb.h"

#include <stdio.h>
#include <string.h>

typedef struct {
	LxProgramSettings settings;
	int pid;
	char *container;
	char *sysroot;
	char *config;
	gint64 boottime_nsec;
	gint64 realtime_nsec;
	char *file;
} Show;

static void show_clear(Show *show)
{
	lx_settings_clear(&show->settings);
	g_free(show->container);
	g_free(show->sysroot);
	g_free(show->config);
	g_free(show->file);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Show, show_clear)

static bool parse_arguments(Show *show, int argc, char **argv, GError **error)
{
	g_autoptr(GOptionContext) options = g_option_context_new("FILE - print one view");
	const GOptionEntry entries[] = {
		{"pid", 'p', 0, G_OPTION_ARG_INT, &show->pid,
			"as this process sees it (default: lxfs's own)", "PID"},
		{"container", 'c', 0, G_OPTION_ARG_STRING, &show->container,
			"as the container with this id or name sees it", "ID"},
		{"sysroot", 0, 0, G_OPTION_ARG_FILENAME, &show->sysroot,
			"read a captured host instead of this one", "DIR"},
		{"boottime", 0, 0, G_OPTION_ARG_INT64, &show->boottime_nsec,
			"nanoseconds since boot, instead of the clock", "NSEC"},
		{"realtime", 0, 0, G_OPTION_ARG_INT64, &show->realtime_nsec,
			"nanoseconds since 1970, instead of the clock", "NSEC"},
		{"config", 0, 0, G_OPTION_ARG_FILENAME, &show->config, "settings file", "FILE"},
		{NULL},
	};

	g_option_context_add_main_entries(options, entries, NULL);
	g_option_context_add_group(options, lx_settings_options(&show->settings));
	if (!g_option_context_parse(options, &argc, &argv, error))
		return false;
	if (argc != 2) {
		g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
			"naming the view: one FILE is needed, such as proc/meminfo");
		return false;
	}
	show->file = g_strdup(argv[1]);
	return true;
}

static void apply(Show *show)
{
	LxSettings *library = &show->settings.library;

	if (show->sysroot)
		library->sysroot = show->sysroot;
	library->clock = (LxClock){
		.fixed = show->boottime_nsec > 0 || show->realtime_nsec > 0,
		.fixed_boottime_nsec = (uint64_t)MAX(show->boottime_nsec, 0),
		.fixed_realtime_nsec = (uint64_t)MAX(show->realtime_nsec, 0),
	};
}

static bool print_name(const char *name, const LxAttributes *attributes, gpointer data)
{
	printf("%s%s\n", name, attributes->type == LX_NODE_FOLDER ? "/" : "");
	return true;
}

static bool print_text(const LxCaller *caller, LxNode node, GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);

	if (!lx_tree_read(caller, node, text, error))
		return false;
	fwrite(text->str, 1, text->len, stdout);
	return true;
}

static bool print_link(const LxCaller *caller, LxNode node, GError **error)
{
	g_autofree char *target = lx_tree_readlink(caller, node, error);

	return target && puts(target) >= 0;
}

static char *path_of(const Show *show, LxContext *context, GError **error)
{
	g_autoptr(LxInventory) inventory = NULL;
	const LxContainerInfo *info;

	if (!show->container)
		return g_strdup(show->file);
	inventory = lx_inventory_new(context, error);
	info = inventory ? lx_chosen_match(inventory, show->sysroot ? show->sysroot : "/",
				   show->container, error)
			 : NULL;
	if (info)
		return g_build_filename("containers", info->id, show->file, NULL);
	g_prefix_error(error, "looking for the container %s: ", show->container);
	return NULL;
}

static bool show_view(const Show *show, GError **error)
{
	g_autoptr(LxContext) context = lx_context_new(&show->settings.library, error);
	g_autofree char *path = context ? path_of(show, context, error) : NULL;
	LxCaller caller = {.context = context, .tid = show->container ? getpid() : show->pid};
	LxAttributes at;

	if (!path || !lx_tree_resolve(&caller, path, &at, error))
		return false;
	switch (at.type) {
	case LX_NODE_FOLDER:
		return lx_tree_list(&caller, at.node, print_name, NULL, error);
	case LX_NODE_LINK:
		return print_link(&caller, at.node, error);
	case LX_NODE_FILE:
		break;
	}
	return print_text(&caller, at.node, error);
}

int lx_show_verb(int argc, char **argv)
{
	g_auto(Show) show = {.pid = getpid()};
	g_autoptr(GError) error = NULL;

	lx_settings_defaults(&show.settings);
	if (!lx_settings_load(&show.settings, lx_settings_file(argc, argv), &error) ||
		!parse_arguments(&show, argc, argv, &error)) {
		fprintf(stderr, "lxfs show: %s\n", error->message);
		return LX_EXIT_USAGE;
	}
	apply(&show);
	if (show_view(&show, &error))
		return LX_EXIT_DONE;
	fprintf(stderr, "lxfs show: %s\n", error->message);
	return LX_EXIT_FAILED;
}
