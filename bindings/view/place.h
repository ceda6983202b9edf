/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A place in the view, as the asker sees it. Whatever does not lie within his bounds is not there:
 * whoever has a place has passed that gate, and there is no other way to a descriptor.
 */
#pragma once

#include "view/asker.h"
#include "view/kept.h"
#include "view/number.h"

typedef enum {
	LX_STANDING_ROOTS,    /* the folder of hierarchies */
	LX_STANDING_ANCESTOR, /* above his container: only the name that leads there */
	LX_STANDING_OWN,
} LxStanding;

typedef struct {
	LxStanding standing;
	unsigned hierarchy;
	const LxRoot *root;
	LxFd fd;       /* O_PATH; -1 for the folder of hierarchies and for a name in a folder */
	LxKept *kept;  /* whose descriptor it is: of a file, open for reading; NULL: nobody's */
	bool borrowed; /* the descriptor is another's */
	struct stat status;
	char *path;
	LxBounds bounds;
	bool shared; /* a folder that all call the same, by a number of this depth and no id */
	unsigned depth;
	bool at_top; /* his container's own folder, or a file in it; never for the host */
} LxPlaceInView;

#define LX_PLACE_IN_VIEW_NONE ((LxPlaceInView){.fd = -1})

void lx_place_in_view_clear(LxPlaceInView *place);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxPlaceInView, lx_place_in_view_clear)

/* ENOENT for everything that is not his. */
LX_MUST_CHECK bool lx_place_in_view_find(
	const LxAsker *asker, LxNode node, LxPlaceInView *out, GError **error);

/*
 * A file that somebody with the same bounds has read before, as it is now, by one system call and
 * without a path for bounds. False: none, and lx_place_in_view_find is to be asked. All may read
 * it.
 */
bool lx_place_in_view_recall(const LxAsker *asker, LxNode node, LxPlaceInView *out);
/* For it: keeps a file that all may read, and takes over a descriptor that we opened for reading.
 */
void lx_place_in_view_keep(const LxAsker *asker, LxNode node, const LxPlaceInView *file, LxFd *fd);
/* It could not be read. */
void lx_place_in_view_forget(const LxAsker *asker, const LxPlaceInView *file);

/* The name in a folder, with the rights to look for it. */
LX_MUST_CHECK bool lx_place_in_view_child(LxAsker *asker, const LxPlaceInView *folder,
	const char *name, LxPlaceInView *out, GError **error);

/* One name, that of an entry: neither empty nor a path, nor "." and "..". */
bool lx_place_in_view_is_name(const char *name);

/* Is a path at or below another one? */
bool lx_place_in_view_is_below(const char *path, const char *top);

/* The number of a place. */
LX_MUST_CHECK bool lx_place_in_view_number(const LxPlaceInView *place, LxNode *out, GError **error);

/* The name in an ancestor that leads on, for g_free. NULL: none does. */
char *lx_place_in_view_next(const LxPlaceInView *ancestor);

/* The last name of its path. Borrowed. */
const char *lx_place_in_view_name(const LxPlaceInView *place);

/* What stat(2) is to say. An ancestor shows nothing of what is in it. */
struct stat lx_place_in_view_status(const LxPlaceInView *place);
