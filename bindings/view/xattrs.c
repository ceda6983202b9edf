/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Extended attributes of cgroups: systemd keeps notes in them. */
#include "view/reading.h"

#include <errno.h>
#include <sys/xattr.h>

/* What is asked of a place; the folders above a container have no attributes. */
typedef struct {
	LxAsker asker;
	LxPlaceInView place;
	LxActing acting;
	LxViewLink link;
} Visit;

static void visit_clear(Visit *visit)
{
	lx_acting_clear(&visit->acting);
	lx_place_in_view_clear(&visit->place);
	lx_asker_clear(&visit->asker);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Visit, visit_clear)

#define VISIT_NONE ((Visit){.place = {.fd = -1}})

static bool begin(Visit *visit, const LxViewCaller *caller, LxNode node, GError **error)
{
	if (!lx_asker_init(&visit->asker, caller, error) ||
		!lx_place_in_view_find(&visit->asker, node, &visit->place, error))
		return false;
	lx_view_link(visit->place.fd, &visit->link);
	return visit->place.standing != LX_STANDING_OWN ||
	       lx_asker_act(&visit->asker, &visit->place.status, &visit->acting, error);
}

static ssize_t fail(const Visit *visit, int code, GError **error)
{
	lx_error_set_errno(
		error, code, "asking for attributes of the cgroup's %s", visit->place.path);
	return -1;
}

ssize_t lx_view_get_xattr(const LxViewCaller *caller, LxNode node, const char *name, void *value,
	size_t room, GError **error)
{
	g_auto(Visit) visit = VISIT_NONE;
	ssize_t got;

	if (!begin(&visit, caller, node, error))
		return -1;
	if (visit.place.standing != LX_STANDING_OWN)
		return fail(&visit, ENODATA, error);
	got = getxattr(visit.link.path, name, value, room);
	return got < 0 ? fail(&visit, errno, error) : got;
}

ssize_t lx_view_list_xattrs(
	const LxViewCaller *caller, LxNode node, char *names, size_t room, GError **error)
{
	g_auto(Visit) visit = VISIT_NONE;
	ssize_t got;

	if (!begin(&visit, caller, node, error))
		return -1;
	if (visit.place.standing != LX_STANDING_OWN)
		return 0;
	got = listxattr(visit.link.path, names, room);
	return got < 0 ? fail(&visit, errno, error) : got;
}

bool lx_view_set_xattr(
	const LxViewCaller *caller, LxNode node, const LxViewXattr *xattr, GError **error)
{
	g_auto(Visit) visit = VISIT_NONE;
	const char *path = visit.link.path;
	int done;

	if (!begin(&visit, caller, node, error))
		return false;
	if (visit.place.standing != LX_STANDING_OWN)
		return fail(&visit, EPERM, error) == 0;
	if (xattr->value)
		done = setxattr(path, xattr->name, xattr->value, xattr->size, xattr->flags);
	else
		done = removexattr(path, xattr->name);
	return done == 0 || fail(&visit, errno, error) == 0;
}
