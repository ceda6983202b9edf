/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who asks for something in the view: his container, where that lies in a hierarchy, and what he
 * may do. Made for one request, by one thread.
 */
#pragma once

#include "view/credentials.h"
#include "view/view.h"

typedef struct {
	const LxViewCaller *caller;
	const LxCgroupTree *view;
	LxContainer *container;
	bool rooted; /* his cgroup namespace begins at the container */
	bool has_credentials;
	LxCredentials credentials; /* read when they are first needed */
} LxAsker;

void lx_asker_clear(LxAsker *asker);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxAsker, lx_asker_clear)

/* ESRCH for a caller that cannot be seen from here; EIO for one that is not admitted. */
LX_MUST_CHECK bool lx_asker_init(LxAsker *asker, const LxViewCaller *caller, GError **error);

/*
 * What he sees of a hierarchy: everything at and below `top`, and of the folders between `base` and
 * there the one name that leads on. Paths as lx_root_path gives them.
 */
typedef struct {
	bool all;   /* the host: top is "" */
	char *top;  /* NULL: he stands at the root, among others, and sees nothing */
	char *base; /* what he calls "/" */
} LxBounds;

void lx_bounds_clear(LxBounds *bounds);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxBounds, lx_bounds_clear)

/* As things are now: a cgroup that was renamed is found under its new name. */
LX_MUST_CHECK bool lx_asker_bounds(
	const LxAsker *asker, unsigned hierarchy, LxBounds *out, GError **error);

/* Until it is cleared, the calling thread acts with the asker's credentials. */
typedef bool LxActing;
static inline void lx_acting_clear(LxActing *acting)
{
	if (*acting)
		lx_credentials_drop();
	*acting = false;
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxActing, lx_acting_clear)

/* Owner, group and others all have the right (S_IROTH, ...). */
static inline bool lx_asker_is_free(const struct stat *on, mode_t needed)
{
	mode_t all = needed | needed << 3 | needed << 6;

	return (on->st_mode & all) == all;
}

/* Begins it; `on` is the file or folder that is acted on, the folder for a name in it. */
LX_MUST_CHECK bool lx_asker_act(
	LxAsker *asker, const struct stat *on, LxActing *acting, GError **error);
/* The same, but for what everybody may do. */
LX_MUST_CHECK bool lx_asker_act_unless_free(
	LxAsker *asker, const struct stat *on, mode_t needed, LxActing *acting, GError **error);
