/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `lxfs ps`: the containers of this host, as a table or as JSON. */
#include "roster/document.h"
#include "roster/source.h"
#include "roster/table.h"
#include "verb.h"

#include <errno.h>
#include <stdio.h>

typedef struct {
	LxSource source;
	const LxColumn *by;
	char *sort;
	gboolean reverse;
	gboolean json;
	gboolean no_header;
	gboolean no_trunc;
} Ps;

static void ps_clear(Ps *ps)
{
	lx_source_clear(&ps->source);
	g_free(ps->sort);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Ps, ps_clear)

static const char *const keys[] = {
	"id", "name", "runtime", "pid", "cpus", "memory", "limit", "load", "views", "health", NULL};

static bool parse_arguments(Ps *ps, int argc, char **argv, GError **error)
{
	const GOptionEntry entries[] = {
		{"json", 'j', 0, G_OPTION_ARG_NONE, &ps->json, "as JSON, with all figures", NULL},
		{"sort", 's', 0, G_OPTION_ARG_STRING, &ps->sort,
			"by id, name, runtime, pid, cpus, memory, limit, load, views or health",
			"KEY"},
		{"reverse", 'r', 0, G_OPTION_ARG_NONE, &ps->reverse, "the other way round", NULL},
		{"no-header", 'H', 0, G_OPTION_ARG_NONE, &ps->no_header, "no line of titles", NULL},
		{"no-trunc", 0, 0, G_OPTION_ARG_NONE, &ps->no_trunc, "ids in full length", NULL},
		{NULL},
	};

	if (!lx_source_parse(&ps->source, &argc, &argv, "- list the containers of this host",
		    entries, error))
		return false;
	ps->by = lx_columns_find(ps->sort ? ps->sort : "id");
	if (ps->by && (!ps->sort || g_strv_contains(keys, ps->sort)))
		return true;
	lx_error_set(error, EINVAL, "sorting by %s: there is no such column", ps->sort);
	return false;
}

/* The environment variable says no, whatever its value (no-color.org). */
static bool wants_colour(void)
{
	const char *no_color = g_getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && !(no_color && no_color[0]) &&
	       g_strcmp0(g_getenv("TERM"), "dumb") != 0;
}

static char *table_of(const Ps *ps, const LxRoster *roster)
{
	const LxColumn *columns[G_N_ELEMENTS(keys)] = {NULL};
	const LxTableStyle style = {columns, !ps->no_header, wants_colour()};
	g_autoptr(GString) text = g_string_new(NULL);

	for (size_t i = 0; keys[i]; i++)
		columns[i] = lx_columns_find(keys[i]);
	if (ps->no_trunc)
		columns[0] = lx_columns_find("full-id");
	lx_table_append(text, roster->rows, &style);
	return g_string_free(g_steal_pointer(&text), FALSE);
}

static bool say_failures(const LxRoster *roster)
{
	bool any = false;

	for (guint i = 0; i < roster->rows->len; i++) {
		const LxRosterRow *row = lx_roster_at(roster, i);

		if (!row->failure)
			continue;
		fprintf(stderr, "lxfs ps: %s: %s\n", row->info->id, row->failure);
		any = true;
	}
	return any;
}

static int list(Ps *ps, GError **error)
{
	const unsigned shown = LX_FIGURE_CPUS | LX_FIGURE_MEMORY | LX_FIGURE_LOAD;
	g_autoptr(LxRoster) roster = NULL;
	g_autofree char *text = NULL;

	if (!lx_source_open(&ps->source, error))
		return LX_EXIT_FAILED;
	roster = lx_source_look(&ps->source, ps->json ? LX_FIGURES_ALL : shown, error);
	if (!roster)
		return LX_EXIT_FAILED;
	lx_columns_sort(roster->rows, ps->by, ps->reverse);
	text = ps->json ? lx_document_new(roster) : table_of(ps, roster);
	fputs(text, stdout);
	return say_failures(roster) ? LX_EXIT_FAILED : LX_EXIT_DONE;
}

int lx_ps_verb(int argc, char **argv)
{
	g_auto(Ps) ps = {0};
	g_autoptr(GError) error = NULL;
	int exit_code = LX_EXIT_USAGE;

	if (parse_arguments(&ps, argc, argv, &error))
		exit_code = list(&ps, &error);
	if (error)
		fprintf(stderr, "lxfs ps: %s\n", error->message);
	return exit_code;
}
