/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The terminal, by ncurses. At most one at a time; one thread. */
#pragma once

#include "top/page.h"

typedef struct LxScreen LxScreen;

/* ENOTTY when there is no terminal, or one that ncurses does not know. */
LxScreen *lx_screen_open(GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Gives the terminal back as it was. */
void lx_screen_close(LxScreen *screen);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxScreen, lx_screen_close)

void lx_screen_size(const LxScreen *screen, unsigned *width, unsigned *height);
void lx_screen_draw(LxScreen *screen, const GPtrArray *pieces);

/* Keys that are no characters. */
enum {
	LX_KEY_NONE = -1, /* the time is over */
	LX_KEY_UP = 256,
	LX_KEY_DOWN,
	LX_KEY_PAGE_UP,
	LX_KEY_PAGE_DOWN,
	LX_KEY_HOME,
	LX_KEY_END,
	LX_KEY_RESIZED,
};

/* The next key, or LX_KEY_NONE after so many milliseconds. */
int lx_screen_wait(LxScreen *screen, int msec);
