/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Anchors.
 *
 * Taking a mount away that somebody holds, without an error for anybody:
 *
 *   before    main: host, F          container: F'  (a slave of F)
 *   park      held: P                P is a second member of F's peer group, so F' follows it too
 *             main: host, F          F is made private: nothing reaches F' through it any more
 *             held: P, host          reaches the container: F', host'
 *   take away main: host
 *
 * Later F2 is stacked on both: main: host, F2; held: P, host, F2; container: F', host', F2'. Taking
 * F2 from held takes F2' from the container: both see the host's file again, never F'.
 */
#include "mounts/anchors.h"

#include "fd.h"
#include "mounts/clone.h"
#include "mounts/generations.h"
#include "mounts/holders.h"
#include "mounts/served.h"
#include "mounts/turn.h"
#include "mounts/views.h"
#include "path.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define ANCHORS_SOURCE "lxfs-anchors"
#define HELD_FOLDER "held"
/* Mounts that a predecessor may have stacked at one place. */
#define ROUNDS_MAX 32

typedef struct {
	LxFd turn;
	char *folder; /* RUNTIME/anchors */
	LxMountinfo *own;
	LxHolders *holders; /* looked for once, when first asked about: mounts that we make hold
			       nothing */
} Anchors;

static void clear(Anchors *self)
{
	lx_fd_clear(&self->turn);
	g_clear_pointer(&self->folder, g_free);
	g_clear_pointer(&self->own, lx_mountinfo_free);
	g_clear_pointer(&self->holders, lx_holders_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Anchors, clear)

char *lx_anchors_folder(const char *runtime_dir)
{
	return g_build_filename(runtime_dir, "anchors", NULL);
}

static bool look_again(Anchors *self, GError **error)
{
	LxMountinfo *own = lx_mountinfo_read(getpid(), error);

	if (!own)
		return false;
	lx_mountinfo_free(self->own);
	self->own = own;
	return true;
}

static bool open_anchors(Anchors *self, const char *runtime_dir, GError **error)
{
	self->folder = lx_anchors_folder(runtime_dir);
	self->turn = lx_turn_take(runtime_dir);
	return look_again(self, error);
}

/* Also what a predecessor left: containers hold slaves of it. */
static const LxMount *root_mount(const Anchors *self)
{
	const LxMount *mount = lx_mountinfo_top(self->own, self->folder);

	return mount && strcmp(mount->source, ANCHORS_SOURCE) == 0 ? mount : NULL;
}

static bool is_held(Anchors *self, const LxMount *mount)
{
	if (!self->holders)
		self->holders = lx_holders_find(self->own, self->folder);
	return lx_holders_hold(self->holders, mount);
}

/* ---- Which anchor is it ------------------------------------------------------------------ */

/* The path below RUNTIME/anchors; NULL: it is not there. Borrowed. */
static const char *inner_path(const Anchors *self, const LxMount *mount)
{
	const char *rest = lx_path_rest(mount->mountpoint, self->folder);

	return rest && rest[0] == '/' ? rest + 1 : NULL;
}

static bool is_parked(const char *path)
{
	return g_str_has_prefix(path, HELD_FOLDER "/");
}

/* A parked mount says itself which view it was. */
static const LxView *view_of(const Anchors *self, const LxMount *mount)
{
	const char *path = inner_path(self, mount);
	g_autofree char *name = NULL;

	if (!path)
		return NULL;
	if (!is_parked(path))
		return lx_views_find(path);
	name = lx_served_view_name(lx_mountinfo_bottom(self->own, mount));
	return name ? lx_views_find(name) : NULL;
}

/* The topmost mounts of all anchors, parked ones included, one after the other. NULL at the end. */
static const LxMount *next_top(const Anchors *self, unsigned *cursor, const LxView **out_view)
{
	const LxMount *mount;

	while ((mount = lx_mountinfo_at(self->own, (*cursor)++)) != NULL) {
		*out_view = mount->covered_by ? NULL : view_of(self, mount);
		if (*out_view)
			return mount;
	}
	return NULL;
}

/* ---- Putting on top ---------------------------------------------------------------------- */

static bool stack(const char *source, uint64_t attributes, const char *target, GError **error)
{
	/* Private: else it would stay a member of the peer group of its source. */
	const LxCloneRequest request = {
		.source = source,
		.attributes = attributes,
		.propagation = MS_PRIVATE,
	};
	g_auto(LxFd) copy = lx_clone_open(&request, error);

	if (copy < 0)
		return false;
	if (move_mount(copy, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH) == 0)
		return true;
	lx_error_set_errno(error, errno, "putting %s on top of %s", source, target);
	return false;
}

#define HARMLESS (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

/* Read-only: a container must not switch the host's CPUs off through it. */
static bool stack_host(const LxView *view, const char *target, GError **error)
{
	g_autofree char *source = lx_views_host_path(view);

	return stack(source, HARMLESS | MOUNT_ATTR_RDONLY, target, error);
}

static bool stack_served(
	const LxView *view, const char *mountpoint, const char *target, GError **error)
{
	g_autofree char *source = g_build_filename(mountpoint, view->name, NULL);

	return stack(source, HARMLESS | (view->written ? 0 : MOUNT_ATTR_RDONLY), target, error);
}

/* What is not served is no failure: LXCFS's tree and older ones of ours have fewer files. */
static void complain(GError *error)
{
	g_log(G_LOG_DOMAIN, lx_error_code(error) == ENOENT ? G_LOG_LEVEL_INFO : G_LOG_LEVEL_WARNING,
		"anchors: %s, ignoring", error->message);
	g_error_free(error);
}

/* ---- Making ------------------------------------------------------------------------------ */

/* What a mount can be put on. */
static bool make_place(const char *path, bool folder, GError **error)
{
	g_autofree char *parent = g_path_get_dirname(path);
	g_auto(LxFd) fd = -1;

	if (g_mkdir_with_parents(folder ? path : parent, 0755) == 0) {
		if (folder)
			return true;
		fd = open(path, O_RDONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0444);
		if (fd >= 0)
			return true;
	}
	lx_error_set_errno(error, errno, "making %s", path);
	return false;
}

static bool mount_root(const Anchors *self, GError **error)
{
	if (!make_place(self->folder, true, error))
		return false;
	if (mount(ANCHORS_SOURCE, self->folder, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		    "mode=0755,size=1m") == 0)
		return true;
	lx_error_set_errno(error, errno, "mounting %s", self->folder);
	return false;
}

static bool make_root(Anchors *self, GError **error)
{
	const LxMount *root = root_mount(self);

	if (root && root->shared)
		return true;
	if (!root && !mount_root(self, error))
		return false;
	if (mount(NULL, self->folder, NULL, MS_SHARED, NULL) < 0) {
		lx_error_set_errno(error, errno, "sharing the mount %s", self->folder);
		return false;
	}
	return look_again(self, error);
}

/* What the host does not have has no anchor. */
static bool make_anchor(const Anchors *self, const LxView *view, GError **error)
{
	g_autofree char *path = g_build_filename(self->folder, view->name, NULL);
	g_autofree char *host = lx_views_host_path(view);

	if (access(host, F_OK) < 0 || lx_mountinfo_top(self->own, path))
		return true;
	return make_place(path, view->folder, error) && stack_host(view, path, error);
}

static bool make(Anchors *self, GError **error)
{
	const LxView *view;

	if (!make_root(self, error))
		return false;
	for (unsigned i = 0; (view = lx_views_at(i)) != NULL; i++) {
		GError *failure = NULL;

		if (!make_anchor(self, view, &failure))
			complain(failure);
	}
	return look_again(self, error);
}

/* ---- Taking away ------------------------------------------------------------------------- */

/* A second member of the peer group, with nothing on top yet. */
static bool copy_to_parking(
	const LxMount *layer, const LxView *view, const char *parking, GError **error)
{
	g_auto(LxFd) copy = -1;

	if (!make_place(parking, view->folder, error))
		return false;
	copy = open_tree(AT_FDCWD, layer->mountpoint, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (copy >= 0 && move_mount(copy, "", AT_FDCWD, parking, MOVE_MOUNT_F_EMPTY_PATH) == 0)
		return true;
	lx_error_set_errno(error, errno, "parking %s", layer->mountpoint);
	return false;
}

/* A predecessor may have been killed in the middle: what is there already is not done twice. */
static bool park(const Anchors *self, const LxMount *layer, const LxView *view, GError **error)
{
	g_autofree char *name = g_strdup_printf(HELD_FOLDER "/%d", layer->shared);
	g_autofree char *parking = g_build_filename(self->folder, name, NULL);
	const LxMount *parked = lx_mountinfo_top(self->own, parking);

	if (!parked && !copy_to_parking(layer, view, parking, error))
		return false;
	if (mount(NULL, layer->mountpoint, NULL, MS_PRIVATE, NULL) < 0) {
		lx_error_set_errno(error, errno, "making %s private", layer->mountpoint);
		return false;
	}
	return (parked && lx_mountinfo_beneath(self->own, parked)) ||
	       stack_host(view, parking, error);
}

static bool take_away(Anchors *self, const LxMount *layer, const LxView *view, GError **error)
{
	if (is_held(self, layer) && !park(self, layer, view, error))
		return false;
	if (umount2(layer->mountpoint, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
		return true;
	lx_error_set_errno(error, errno, "unmounting %s", layer->mountpoint);
	return false;
}

/* The lowest mount of a parking place is the one that is held: it is covered, not taken away. */
static bool retire_one(Anchors *self, const LxMount *layer, const LxView *view, GError **error)
{
	if (is_parked(inner_path(self, layer)) && !lx_mountinfo_beneath(self->own, layer))
		return stack_host(view, layer->mountpoint, error);
	return take_away(self, layer, view, error);
}

static unsigned retire_tops(Anchors *self, const LxServed *kept)
{
	const LxMount *layer;
	const LxView *view;
	unsigned done = 0;

	for (unsigned cursor = 0; (layer = next_top(self, &cursor, &view)) != NULL;) {
		GError *failure = NULL;

		if (!lx_served_is_view(layer) || lx_served_contains(kept, layer))
			continue;
		if (retire_one(self, layer, view, &failure))
			done++;
		else
			complain(failure);
	}
	return done;
}

/* Every anchor comes down to the host's own file, or to what is `kept`; NULL: nothing is. */
static bool retire(Anchors *self, const LxServed *kept, GError **error)
{
	for (int round = 0; round < ROUNDS_MAX && retire_tops(self, kept) > 0; round++)
		if (!look_again(self, error))
			return false;
	return true;
}

static bool is_any_held(Anchors *self, const LxMount *top)
{
	for (const LxMount *layer = top; layer; layer = lx_mountinfo_beneath(self->own, layer))
		if (is_held(self, layer))
			return true;
	return false;
}

static void clear_parking(const char *path, bool folder)
{
	for (int i = 0; i < ROUNDS_MAX; i++)
		if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
			break;
	if (folder)
		rmdir(path);
	else
		unlink(path);
}

static bool drop_what_nobody_holds(Anchors *self, GError **error)
{
	const LxMount *top;
	const LxView *view;

	for (unsigned cursor = 0; (top = next_top(self, &cursor, &view)) != NULL;)
		if (is_parked(inner_path(self, top)) && !is_any_held(self, top))
			clear_parking(top->mountpoint, view->folder);
	return look_again(self, error);
}

/* ---- Raising and lowering ---------------------------------------------------------------- */

static void raise_tops(const Anchors *self, const LxServed *served)
{
	const LxMount *top;
	const LxView *view;

	for (unsigned cursor = 0; (top = next_top(self, &cursor, &view)) != NULL;) {
		GError *failure = NULL;

		if (!lx_served_contains(served, top) &&
			!stack_served(view, served->mountpoint, top->mountpoint, &failure))
			complain(failure);
	}
}

bool lx_anchors_make(const char *runtime_dir, GError **error)
{
	g_auto(Anchors) self = {.turn = -1};

	return open_anchors(&self, runtime_dir, error) && make(&self, error);
}

bool lx_anchors_raise(const char *runtime_dir, const char *mountpoint, GError **error)
{
	g_auto(Anchors) self = {.turn = -1};
	LxServed served;

	if (!open_anchors(&self, runtime_dir, error) || !make(&self, error))
		return false;
	if (!lx_served_find(self.own, mountpoint, &served)) {
		lx_error_set(error, ENOTCONN, "raising the anchors: nothing is mounted at %s",
			mountpoint);
		return false;
	}
	lx_generations_note(runtime_dir, &served);
	if (!drop_what_nobody_holds(&self, error) || !retire(&self, &served, error))
		return false;
	raise_tops(&self, &served);
	return true;
}

bool lx_anchors_lower(const char *runtime_dir, GError **error)
{
	g_auto(Anchors) self = {.turn = -1};

	if (!g_file_test(runtime_dir, G_FILE_TEST_IS_DIR))
		return true;
	if (!open_anchors(&self, runtime_dir, error))
		return false;
	return !root_mount(&self) ||
	       (drop_what_nobody_holds(&self, error) && retire(&self, NULL, error));
}

/* Private first: else what is stacked on parked mounts would be taken from containers, too. */
bool lx_anchors_purge(const char *runtime_dir, GError **error)
{
	g_autofree char *folder = lx_anchors_folder(runtime_dir);
	g_auto(Anchors) self = {.turn = -1};

	if (!lx_anchors_lower(runtime_dir, error) || !open_anchors(&self, runtime_dir, error))
		return false;
	if (!root_mount(&self))
		return true;
	if (mount(NULL, folder, NULL, MS_PRIVATE | MS_REC, NULL) < 0 ||
		umount2(folder, MNT_DETACH | UMOUNT_NOFOLLOW) < 0) {
		lx_error_set_errno(error, errno, "unmounting %s", folder);
		return false;
	}
	rmdir(folder);
	return true;
}
