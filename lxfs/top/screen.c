/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The terminal, by ncurses. */
#include "top/screen.h"

#include <curses.h>
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <unistd.h>

struct LxScreen {
	SCREEN *terminal;
};

static const struct {
	int theirs, ours;
} keys[] = {
	{ERR, LX_KEY_NONE},
	{KEY_UP, LX_KEY_UP},
	{KEY_DOWN, LX_KEY_DOWN},
	{KEY_PPAGE, LX_KEY_PAGE_UP},
	{KEY_NPAGE, LX_KEY_PAGE_DOWN},
	{KEY_HOME, LX_KEY_HOME},
	{KEY_END, LX_KEY_END},
	{KEY_RESIZE, LX_KEY_RESIZED},
};

static const short tints[] = {
	[LX_TINT_GOOD] = COLOR_GREEN,
	[LX_TINT_WARNING] = COLOR_YELLOW,
	[LX_TINT_BAD] = COLOR_RED,
};

static void prepare_colours(void)
{
	const char *no_color = g_getenv("NO_COLOR");

	if ((no_color && no_color[0]) || !has_colors())
		return;
	start_color();
	use_default_colors();
	for (short tint = LX_TINT_GOOD; tint <= LX_TINT_BAD; tint++)
		init_pair(tint, tints[tint], -1);
}

LxScreen *lx_screen_open(GError **error)
{
	LxScreen *screen;
	SCREEN *terminal;

	setlocale(LC_CTYPE, "");
	terminal =
		isatty(STDOUT_FILENO) && isatty(STDIN_FILENO) ? newterm(NULL, stdout, stdin) : NULL;
	if (!terminal) {
		lx_error_set(error, ENOTTY,
			"using this terminal: it is none, or TERM does not say which; --batch "
			"needs none");
		return NULL;
	}
	screen = g_new0(LxScreen, 1);
	screen->terminal = terminal;
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	curs_set(0);
	prepare_colours();
	return screen;
}

void lx_screen_close(LxScreen *screen)
{
	if (!screen)
		return;
	endwin();
	delscreen(screen->terminal);
	g_free(screen);
}

void lx_screen_size(const LxScreen *screen, unsigned *width, unsigned *height)
{
	*width = (unsigned)MAX(getmaxx(stdscr), 0);
	*height = (unsigned)MAX(getmaxy(stdscr), 0);
}

static attr_t attributes_of(const LxPiece *piece)
{
	attr_t attributes = A_NORMAL;

	if (piece->look == LX_LOOK_TITLE)
		attributes |= A_BOLD;
	if (piece->look == LX_LOOK_SORTED)
		attributes |= A_REVERSE;
	if (piece->tint != LX_TINT_PLAIN)
		attributes |= COLOR_PAIR(piece->tint);
	return attributes;
}

void lx_screen_draw(LxScreen *screen, const GPtrArray *pieces)
{
	erase();
	for (guint i = 0; i < pieces->len; i++) {
		const LxPiece *piece = pieces->pdata[i];

		attrset(attributes_of(piece));
		mvaddstr((int)piece->y, (int)piece->x, piece->text);
	}
	attrset(A_NORMAL);
	refresh();
}

int lx_screen_wait(LxScreen *screen, int msec)
{
	int key;

	timeout(msec);
	key = getch();
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
		if (keys[i].theirs == key)
			return keys[i].ours;
	return key < LX_KEY_UP ? key : 0;
}
