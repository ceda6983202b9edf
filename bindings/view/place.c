/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A place in the view, as the asker sees it.
 *
 * The gate is a comparison of paths: that of what was opened, as the kernel says it, and that of
 * the asker's container. It holds whatever happens meanwhile, since a cgroup never moves to another
 * parent (cgroup1_rename in kernel/cgroup/cgroup-v1.c) and the number of a removed one is given to
 * nobody. A file is where its folder is. For the same reason a name in a folder that has passed
 * the gate needs no path of its own from the kernel: it is that of the folder and the name.
 *
 * And for the same reason a file that has passed the gate has passed it for good: below which
 * cgroups a file lies never changes. Of one that is kept open there is left to ask whether its path
 * still leads to it. Then it has not been removed; and no cgroup on the way to it has been renamed,
 * that of the asker's container included, so that whoever was found by its name is still there.
 */
#include "view/place.h"

#include <errno.h>
#include <fcntl.h>

void lx_place_in_view_clear(LxPlaceInView *place)
{
	if (!place->borrowed)
		lx_fd_clear(&place->fd);
	g_clear_pointer(&place->kept, lx_kept_unref);
	g_clear_pointer(&place->path, g_free);
	lx_bounds_clear(&place->bounds);
}

static bool fail_missing(GError **error)
{
	lx_error_set(error, ENOENT, "looking at a cgroup: there is no such thing for this caller");
	return false;
}

bool lx_place_in_view_is_below(const char *path, const char *top)
{
	size_t length = strlen(top);

	return strncmp(path, top, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

static char *folder_of(const LxPlaceInView *place)
{
	if (S_ISDIR(place->status.st_mode))
		return g_strdup(place->path);
	return g_strndup(place->path, (gsize)(strrchr(place->path, '/') - place->path));
}

/* Says what the place is to the asker; false: nothing. */
static bool judge(LxPlaceInView *place)
{
	const LxBounds *bounds = &place->bounds;
	bool is_folder = S_ISDIR(place->status.st_mode);
	g_autofree char *folder = is_folder || strchr(place->path, '/') ? folder_of(place) : NULL;

	if (!folder || !lx_place_in_view_is_below(folder, bounds->base))
		return false;
	if (bounds->top && lx_place_in_view_is_below(folder, bounds->top)) {
		place->standing = LX_STANDING_OWN;
		place->at_top = !bounds->all && strcmp(folder, bounds->top) == 0;
		return true;
	}
	place->standing = LX_STANDING_ANCESTOR;
	if (!bounds->top)
		return is_folder && folder[0] == '\0';
	return is_folder && lx_place_in_view_is_below(bounds->top, folder);
}

static bool pass(LxPlaceInView *place, GError **error)
{
	return (place->status.st_nlink > 0 && judge(place)) || fail_missing(error);
}

/* Of what has just been opened; its path is known. */
static bool look(LxPlaceInView *place, GError **error)
{
	if (fstat(place->fd, &place->status) < 0) {
		lx_error_set_errno(error, errno, "looking at a cgroup");
		return false;
	}
	return pass(place, error);
}

static unsigned depth_of(const char *path)
{
	unsigned depth = 0;

	for (; *path; path++)
		depth += *path == '/';
	return MIN(depth, LX_VIEW_DEPTH_MAX);
}

/*
 * What he calls "/": his own container's cgroup, or the hierarchy's root; or the topmost that is
 * his, wherever he sees it. Where he has none both are the root. The asker holds it.
 */
static void take_shared(const LxAsker *asker, unsigned depth, LxPlaceInView *place)
{
	const LxBounds *bounds = &place->bounds;
	bool own = depth == LX_VIEW_DEPTH_OWN && bounds->top;

	place->shared = true;
	place->borrowed = true;
	place->path = g_strdup(own ? bounds->top : bounds->base);
	if (place->path[0] == '\0')
		place->fd = place->root->fd;
	else
		place->fd = lx_level_folder(
			lx_cgroup_hierarchy_level(asker->container->cgroup, place->hierarchy));
}

/* A file that is there and has no path is one whose name the kernel does not know any more. */
static bool is_nameless(const LxPlaceInView *place, const GError *failure)
{
	struct stat status;

	return lx_error_code(failure) == ENOENT && place->bounds.top &&
	       fstat(place->fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink > 0;
}

static bool find_path(const LxViewNumber *number, LxPlaceInView *place, GError **error)
{
	g_autoptr(GError) failure = NULL;

	place->path = lx_root_path(place->root, place->fd, &failure);
	if (place->path)
		return true;
	if (!is_nameless(place, failure)) {
		g_propagate_error(error, g_steal_pointer(&failure));
		return false;
	}
	lx_fd_clear(&place->fd);
	place->fd = lx_root_search(place->root, place->bounds.top, number->id, &place->path, error);
	return place->fd >= 0;
}

static bool open_number(
	const LxAsker *asker, const LxViewNumber *number, LxPlaceInView *place, GError **error)
{
	if (number->id == 0 && number->depth <= LX_VIEW_DEPTH_OWN) {
		take_shared(asker, number->depth, place);
		place->depth = number->depth;
		return true;
	}
	if (number->id == 0 || number->depth != depth_of(place->bounds.base))
		return fail_missing(error);
	place->fd = lx_root_open(place->root, number->id, error);
	return place->fd >= 0 && find_path(number, place, error);
}

static bool find_in_hierarchy(
	const LxAsker *asker, const LxViewNumber *number, LxPlaceInView *place, GError **error)
{
	const LxRoots *roots = &asker->view->roots;

	if (number->hierarchy >= roots->n_roots)
		return fail_missing(error);
	place->hierarchy = number->hierarchy;
	place->root = &roots->roots[number->hierarchy];
	return lx_asker_bounds(asker, number->hierarchy, &place->bounds, error) &&
	       open_number(asker, number, place, error) && look(place, error);
}

bool lx_place_in_view_find(const LxAsker *asker, LxNode node, LxPlaceInView *out, GError **error)
{
	g_auto(LxPlaceInView) place = LX_PLACE_IN_VIEW_NONE;
	LxViewNumber number = {0};

	/* Where there is but one hierarchy the root is that one's, or what the asker calls so. */
	if (node != LX_VIEW_ROOT && !lx_view_number_decode(node, &number))
		return fail_missing(error);
	if (node == LX_VIEW_ROOT && !lx_roots_are_one(&asker->view->roots)) {
		place.status = (struct stat){.st_mode = S_IFDIR | 0555, .st_ino = LX_VIEW_ROOT};
		place.status.st_nlink = 2 + asker->view->roots.n_roots;
		place.path = g_strdup("");
	} else if (!find_in_hierarchy(asker, &number, &place, error)) {
		return false;
	}
	*out = place;
	place = LX_PLACE_IN_VIEW_NONE;
	return true;
}

/* ---- A file that was read before --------------------------------------------------------- */

/* False for who stands at the root and sees nothing there. */
static bool key_of(const LxAsker *asker, LxNode node, unsigned hierarchy, LxKeptKey *out)
{
	const LxContainer *container = asker->container;
	const LxLevel *level = NULL;

	if (!container->is_host)
		level = lx_cgroup_hierarchy_level(container->cgroup, hierarchy);
	*out = (LxKeptKey){node, level ? lx_level_id(level) : 0, asker->rooted};
	return level || container->is_host;
}

/* Does the path by which he was found lead to it? Nobody was who is rooted, or the host. */
static bool is_below_his_name(const LxAsker *asker, unsigned hierarchy, const char *path)
{
	const LxContainer *container = asker->container;

	return asker->rooted || container->is_host ||
	       lx_place_in_view_is_below(path,
		       lx_level_path(lx_cgroup_hierarchy_level(container->cgroup, hierarchy)));
}

bool lx_place_in_view_recall(const LxAsker *asker, LxNode node, LxPlaceInView *out)
{
	g_auto(LxPlaceInView) place = LX_PLACE_IN_VIEW_NONE;
	LxViewNumber number;
	LxKeptKey key;

	if (!lx_view_number_decode(node, &number) || !key_of(asker, node, number.hierarchy, &key))
		return false;
	place.kept = lx_kept_files_get(asker->view->kept, &key);
	if (!place.kept)
		return false;
	place.standing = LX_STANDING_OWN;
	place.hierarchy = number.hierarchy;
	place.root = &asker->view->roots.roots[place.hierarchy];
	place.borrowed = true;
	place.fd = place.kept->fd;
	place.path = g_strdup(place.kept->path);
	if (!is_below_his_name(asker, place.hierarchy, place.path) ||
		!lx_root_leads_to(place.root, place.path, place.kept->inode, &place.status) ||
		!lx_asker_is_free(&place.status, S_IROTH)) {
		lx_place_in_view_forget(asker, &place);
		return false;
	}
	*out = place;
	place = LX_PLACE_IN_VIEW_NONE;
	return true;
}

void lx_place_in_view_keep(const LxAsker *asker, LxNode node, const LxPlaceInView *file, LxFd *fd)
{
	LxKeptKey key;

	if (key_of(asker, node, file->hierarchy, &key))
		lx_kept_files_put(
			asker->view->kept, lx_kept_new(&key, fd, file->status.st_ino, file->path));
}

void lx_place_in_view_forget(const LxAsker *asker, const LxPlaceInView *file)
{
	lx_kept_files_drop(asker->view->kept, file->kept);
}

/* ---- A name in a folder ------------------------------------------------------------------ */

static bool find_hierarchy(
	const LxAsker *asker, const char *name, LxPlaceInView *out, GError **error)
{
	const LxRoots *roots = &asker->view->roots;

	bool own = g_str_has_prefix(name, LX_VIEW_OWN);
	const char *wanted = name + (own ? strlen(LX_VIEW_OWN) : 0);

	for (unsigned i = 0; i < roots->n_roots; i++) {
		LxViewNumber number = {
			.hierarchy = i,
			.depth = own ? LX_VIEW_DEPTH_OWN : LX_VIEW_DEPTH_BASE,
		};

		if (strcmp(roots->roots[i].name, wanted) == 0)
			return lx_place_in_view_find(
				asker, lx_view_number_encode(&number), out, error);
	}
	return fail_missing(error);
}

static bool may_look_for(LxAsker *asker, const LxPlaceInView *folder, const char *name,
	LxActing *acting, GError **error)
{
	g_autofree char *next = NULL;

	if (folder->standing != LX_STANDING_ANCESTOR)
		return lx_asker_act_unless_free(asker, &folder->status, S_IXOTH, acting, error);
	next = lx_place_in_view_next(folder);
	return g_strcmp0(next, name) == 0 || fail_missing(error);
}

/* Opened only where its number cannot be had otherwise. */
static bool look_for(LxAsker *asker, const LxPlaceInView *folder, const char *name,
	LxPlaceInView *child, GError **error)
{
	g_auto(LxActing) acting = false;
	bool found;

	if (!may_look_for(asker, folder, name, &acting, error))
		return false;
	if (lx_root_numbers_by_status(folder->root)) {
		found = fstatat(folder->fd, name, &child->status, AT_SYMLINK_NOFOLLOW) == 0;
	} else {
		child->fd = openat(folder->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		found = child->fd >= 0 && fstat(child->fd, &child->status) == 0;
	}
	if (!found)
		lx_error_set_errno(error, errno == ENODEV ? ENOENT : errno,
			"looking for %s in the cgroup %s", name, folder->path);
	return found;
}

/* FUSE asks for one name at a time and never for these; others may. */
bool lx_place_in_view_is_name(const char *name)
{
	return name[0] != '\0' && !strchr(name, '/') && strcmp(name, ".") != 0 &&
	       strcmp(name, "..") != 0;
}

bool lx_place_in_view_child(LxAsker *asker, const LxPlaceInView *folder, const char *name,
	LxPlaceInView *out, GError **error)
{
	g_auto(LxPlaceInView) place = LX_PLACE_IN_VIEW_NONE;

	if (!lx_place_in_view_is_name(name))
		return fail_missing(error);
	if (folder->standing == LX_STANDING_ROOTS)
		return find_hierarchy(asker, name, out, error);
	if (!S_ISDIR(folder->status.st_mode)) {
		lx_error_set(error, ENOTDIR, "looking for %s in %s: it is no cgroup", name,
			folder->path);
		return false;
	}
	place.hierarchy = folder->hierarchy;
	place.root = folder->root;
	place.bounds = (LxBounds){
		folder->bounds.all, g_strdup(folder->bounds.top), g_strdup(folder->bounds.base)};
	place.path = g_strconcat(folder->path, "/", name, NULL);
	if (!look_for(asker, folder, name, &place, error) || !pass(&place, error))
		return false;
	*out = place;
	place = LX_PLACE_IN_VIEW_NONE;
	return true;
}

/* ---- What it is -------------------------------------------------------------------------- */

bool lx_place_in_view_number(const LxPlaceInView *place, LxNode *out, GError **error)
{
	LxViewNumber number = {.hierarchy = place->hierarchy};

	if (place->standing == LX_STANDING_ROOTS) {
		*out = LX_VIEW_ROOT;
		return true;
	}
	if (place->shared) {
		number.depth = place->depth;
	} else if (strcmp(place->path, place->bounds.base) != 0) {
		number.depth = depth_of(place->bounds.base);
		if (!lx_root_number(place->root, place->fd, &place->status, &number.id, error))
			return false;
	}
	if (number.id >> LX_VIEW_ID_BITS) {
		lx_error_set(error, EOVERFLOW, "numbering the cgroup %s: its number is too large",
			place->path);
		return false;
	}
	*out = lx_view_number_encode(&number);
	return true;
}

char *lx_place_in_view_next(const LxPlaceInView *ancestor)
{
	const char *rest;

	if (!ancestor->bounds.top)
		return NULL;
	rest = ancestor->bounds.top + strlen(ancestor->path) + 1;
	return g_strndup(rest, (gsize)(strchrnul(rest, '/') - rest));
}

const char *lx_place_in_view_name(const LxPlaceInView *place)
{
	const char *slash = place->path ? strrchr(place->path, '/') : NULL;

	return slash ? slash + 1 : "";
}

/* Size: a multiple of the page size, so that splice and sendfile do not take the file for empty. */
struct stat lx_place_in_view_status(const LxPlaceInView *place)
{
	struct stat status = place->status;

	if (place->standing == LX_STANDING_ANCESTOR)
		status = (struct stat){.st_ino = place->status.st_ino,
			.st_mode = S_IFDIR | 0555,
			.st_nlink = place->bounds.top ? 3 : 2};
	else if (S_ISREG(status.st_mode))
		status.st_size = 4096;
	return status;
}
