/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `lxfs top`: the containers of this host, looked at again and again. */
#include "child.h"
#include "config.h"
#include "roster/source.h"
#include "roster/table.h"
#include "top/page.h"
#if LXFS_HAVE_NCURSES
#include "top/screen.h"
#endif
#include "verb.h"

#include <errno.h>
#include <stdio.h>

#define DELAY_LEAST 0.1
#define DELAY_MOST 3600.0

typedef struct {
	LxSource source;
	LxRoster *roster; /* the last look */
	const LxColumn *by;
	char *sort;
	gboolean reverse;
	gboolean batch;
	int n;        /* looks; 0: no end */
	double delay; /* seconds between two */
} Top;

static void top_clear(Top *top)
{
	lx_roster_free(top->roster);
	lx_source_clear(&top->source);
	g_free(top->sort);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Top, top_clear)

/* ---- The command line -------------------------------------------------------------------- */

static const LxColumn *find_column(const char *key)
{
	for (unsigned i = 0; i < LX_PAGE_COLUMNS; i++)
		if (lx_page_column(i) == lx_columns_find(key))
			return lx_page_column(i);
	return NULL;
}

static bool check_options(Top *top, GError **error)
{
	top->by = find_column(top->sort ? top->sort : "cpu");
	if (!top->by)
		lx_error_set(error, EINVAL, "sorting by %s: there is no such column", top->sort);
	else if (top->n < 0)
		lx_error_set(error, EINVAL, "--iterations takes a number that is not negative");
	else if (!(top->delay >= DELAY_LEAST && top->delay <= DELAY_MOST))
		lx_error_set(error, EINVAL, "--delay takes seconds, from 0.1 to 3600");
	else
		return true;
	return false;
}

static bool parse_arguments(Top *top, int argc, char **argv, GError **error)
{
	const GOptionEntry entries[] = {
		{"batch", 'b', 0, G_OPTION_ARG_NONE, &top->batch, "print tables, use no terminal",
			NULL},
		{"iterations", 'n', 0, G_OPTION_ARG_INT, &top->n,
			"end after so many (default: never)", "NUMBER"},
		{"delay", 'd', 0, G_OPTION_ARG_DOUBLE, &top->delay, "between two (default: 2)",
			"SECONDS"},
		{"sort", 's', 0, G_OPTION_ARG_STRING, &top->sort,
			"by id, name, cpu, memory, limit, load, tasks, cpu-pressure, "
			"memory-pressure, io-pressure, read, write or health (default: cpu)",
			"KEY"},
		{"reverse", 'r', 0, G_OPTION_ARG_NONE, &top->reverse, "the other way round", NULL},
		{NULL},
	};

	return lx_source_parse(&top->source, &argc, &argv, "- watch the containers of this host",
		       entries, error) &&
	       check_options(top, error);
}

/* ---- Looking ----------------------------------------------------------------------------- */

static void sort(Top *top)
{
	lx_columns_sort(top->roster->rows, top->by, top->reverse);
}

static bool look(Top *top, GError **error)
{
	LxRoster *now = lx_source_look(&top->source, LX_FIGURES_ALL, error);

	if (!now)
		return false;
	if (top->roster)
		lx_roster_compare(now, top->roster);
	lx_roster_free(top->roster);
	top->roster = now;
	sort(top);
	return true;
}

static char *heading_of(const LxRoster *roster)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_local();
	g_autofree char *clock = now ? g_date_time_format(now, "%H:%M:%S") : g_strdup("");
	double loads[3] = {0};

	(void)getloadavg(loads, G_N_ELEMENTS(loads));
	return g_strdup_printf("lxfs top  %s  %u containers  host: %u CPUs, load %.2f %.2f %.2f%s",
		clock, roster->rows->len, g_get_num_processors(), loads[0], loads[1], loads[2],
		roster->served ? "" : "  not served");
}

/* ---- Tables, one after the other --------------------------------------------------------- */

static void print_table(const Top *top)
{
	const LxColumn *columns[LX_PAGE_COLUMNS + 1] = {NULL};
	g_autofree char *heading = heading_of(top->roster);
	g_autoptr(GString) text = g_string_new(heading);

	for (unsigned i = 0; i < LX_PAGE_COLUMNS; i++)
		columns[i] = lx_page_column(i);
	g_string_append_c(text, '\n');
	lx_table_append(text, top->roster->rows, &(LxTableStyle){columns, true, false});
	g_string_append_c(text, '\n');
	fputs(text->str, stdout);
	fflush(stdout);
}

/* Rates are of the time between two looks: one that is not printed comes first. */
static bool print_tables(Top *top, GError **error)
{
	if (!look(top, error))
		return false;
	for (int i = 0; top->n == 0 || i < top->n; i++) {
		g_usleep((gulong)(top->delay * G_USEC_PER_SEC));
		if (!look(top, error))
			return false;
		print_table(top);
	}
	return true;
}

/* ---- On a terminal ----------------------------------------------------------------------- */

#if LXFS_HAVE_NCURSES
typedef struct {
	Top *top;
	LxScreen *screen;
	gint64 first; /* the row wished for at the top */
	bool quit;
} Session;

static unsigned page_rows(const Session *session)
{
	unsigned width, height;

	lx_screen_size(session->screen, &width, &height);
	return height > LX_PAGE_HEAD ? height - LX_PAGE_HEAD : 1;
}

static void draw(Session *session)
{
	const LxRoster *roster = session->top->roster;
	g_autofree char *heading = heading_of(roster);
	LxPageView view = {.by = session->top->by};
	g_autoptr(GPtrArray) pieces = NULL;

	lx_screen_size(session->screen, &view.width, &view.height);
	view.first = lx_page_clamp(session->first, roster->rows->len, view.height);
	session->first = view.first;
	pieces = lx_page_new(roster->rows, heading, &view);
	lx_screen_draw(session->screen, pieces);
}

static void sort_by(Session *session, const LxColumn *column)
{
	session->top->by = column;
	sort(session->top);
}

static void press(Session *session, int key)
{
	const LxColumn *column = lx_page_column_of_key(key);
	Top *top = session->top;

	if (column)
		sort_by(session, column);
	else if (key == 'q')
		session->quit = true;
	else if (key == '<' || key == '>')
		sort_by(session, lx_page_step(top->by, key == '<' ? -1 : 1));
	else if (key == 'r') {
		top->reverse = !top->reverse;
		sort(top);
	}
}

static void scroll(Session *session, int key)
{
	gint64 page = page_rows(session);
	const gint64 steps[] = {
		[LX_KEY_UP - LX_KEY_UP] = -1,
		[LX_KEY_DOWN - LX_KEY_UP] = 1,
		[LX_KEY_PAGE_UP - LX_KEY_UP] = -page,
		[LX_KEY_PAGE_DOWN - LX_KEY_UP] = page,
		[LX_KEY_HOME - LX_KEY_UP] = -G_MAXINT,
		[LX_KEY_END - LX_KEY_UP] = G_MAXINT,
	};

	if (key >= LX_KEY_UP && key <= LX_KEY_END)
		session->first += steps[key - LX_KEY_UP];
}

/* Until it is time for the next look. */
static void serve_keys(Session *session)
{
	int64_t until = lx_child_now_msec() + (int64_t)(session->top->delay * 1000);
	int left;

	while (!session->quit && (left = lx_child_left_msec(until)) > 0) {
		int key;

		draw(session);
		key = lx_screen_wait(session->screen, left);
		press(session, key);
		scroll(session, key);
	}
}

static bool watch(Top *top, GError **error)
{
	g_autoptr(LxScreen) screen = lx_screen_open(error);
	Session session = {top, screen, 0, false};

	if (!screen)
		return false;
	for (int i = 0; !session.quit && (top->n == 0 || i < top->n); i++) {
		if (!look(top, error))
			return false;
		serve_keys(&session);
	}
	return true;
}
#else
static bool watch(Top *top, GError **error)
{
	(void)top;
	lx_error_set(error, ENOTSUP,
		"using this terminal: this lxfs was built without ncurses; use --batch");
	return false;
}
#endif

int lx_top_verb(int argc, char **argv)
{
	g_auto(Top) top = {.delay = 2};
	g_autoptr(GError) error = NULL;
	int exit_code = LX_EXIT_USAGE;

	if (parse_arguments(&top, argc, argv, &error))
		exit_code = lx_source_open(&top.source, &error) &&
					    (top.batch ? print_tables(&top, &error)
						       : watch(&top, &error))
				    ? LX_EXIT_DONE
				    : LX_EXIT_FAILED;
	if (error)
		fprintf(stderr, "lxfs top: %s\n", error->message);
	return exit_code;
}
