/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The view, read: names, attributes, folders, texts. */
#include "view/reading.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "view/limits.h"
#include "view/pids.h"

/* kernfs counts a folder's children as links (kernfs_refresh_inode). */
#define NLINK_WITHOUT_CHILDREN 2
#define HIERARCHY_LASTS_SECONDS 60
#define FILE_LASTS_SECONDS 1

/* A list of a million processes has 8 MiB. */
#define FILE_MAX_BYTES (16u * 1024 * 1024)
/* Of a file that is kept open to be read again. */
#define KEPT_MAX_BYTES 4096u

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DIR, closedir)

void lx_view_link(int fd, LxViewLink *out)
{
	g_snprintf(out->path, sizeof out->path, "/proc/self/fd/%d", fd);
}

int lx_view_reopen(LxAsker *asker, const LxPlaceInView *place, int flags, GError **error)
{
	mode_t needed = (flags & O_ACCMODE) == O_RDONLY ? S_IROTH : S_IROTH | S_IWOTH;
	g_auto(LxActing) acting = false;
	LxViewLink link;
	int fd;

	lx_view_link(place->fd, &link);
	if (!lx_asker_act_unless_free(asker, &place->status, needed, &acting, error))
		return -1;
	fd = open(link.path, flags | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		lx_error_set_errno(error, errno == ENODEV ? ENOENT : errno,
			"opening the cgroup's %s", place->path);
	return fd;
}

/* ---- Names ------------------------------------------------------------------------------- */

/*
 * For how long a name may be taken to lead where it does, whoever asks. Whoever comes to ask has
 * been let into the folder. The folders of the hierarchies are there for all. A cgroup of v1
 * without children is seen by nobody who may not see its files, and has them as long as it is
 * there; on v2 controllers bring and take them. What is made up, and what stands in the folder that
 * everybody calls the same, differs from one to the next.
 */
static unsigned lasts_seconds(const LxPlaceInView *parent, const LxPlaceInView *place, LxNode node)
{
	LxViewNumber number;

	if (!lx_view_number_decode(node, &number))
		return 0;
	if (number.id == 0)
		return HIERARCHY_LASTS_SECONDS;
	if (!S_ISREG(place->status.st_mode) || place->root->v2 ||
		parent->standing != LX_STANDING_OWN ||
		parent->status.st_nlink > NLINK_WITHOUT_CHILDREN || parent->shared ||
		strcmp(parent->path, parent->bounds.base) == 0)
		return 0;
	return FILE_LASTS_SECONDS;
}

bool lx_view_lookup(const LxViewCaller *caller, LxNode folder, const char *name, LxViewEntry *out,
	GError **error)
{
	g_auto(LxAsker) asker = {0};
	g_auto(LxPlaceInView) parent = LX_PLACE_IN_VIEW_NONE, place = LX_PLACE_IN_VIEW_NONE;
	LxNode node;

	if (!lx_asker_init(&asker, caller, error) ||
		!lx_place_in_view_find(&asker, folder, &parent, error) ||
		!lx_place_in_view_child(&asker, &parent, name, &place, error) ||
		!lx_place_in_view_number(&place, &node, error))
		return false;
	*out = (LxViewEntry){
		.node = node,
		.status = lx_place_in_view_status(&place),
		.lasts_seconds = lasts_seconds(&parent, &place, node),
	};
	return true;
}

bool lx_view_attributes(
	const LxViewCaller *caller, LxNode node, struct stat *status, GError **error)
{
	g_auto(LxAsker) asker = {0};
	g_auto(LxPlaceInView) place = LX_PLACE_IN_VIEW_NONE;

	if (!lx_asker_init(&asker, caller, error) ||
		!lx_place_in_view_find(&asker, node, &place, error))
		return false;
	*status = lx_place_in_view_status(&place);
	return true;
}

/* What everybody may do with a folder that is not the kernel's own. */
static bool access_made_up(const LxPlaceInView *place, int mask, GError **error)
{
	if (!(mask & W_OK))
		return true;
	lx_error_set(
		error, EACCES, "writing to the folder %s: it is above the container", place->path);
	return false;
}

/*
 * faccessat2(2) is of Linux 5.8. Before, the answer is yes: what is then attempted is carried out
 * with the asker's credentials.
 */
static bool access_own(LxAsker *asker, const LxPlaceInView *place, int mask, GError **error)
{
	g_auto(LxActing) acting = false;

	if (!lx_asker_act(asker, &place->status, &acting, error))
		return false;
	if (syscall(SYS_faccessat2, place->fd, "", mask, AT_EACCESS | AT_EMPTY_PATH) == 0 ||
		errno == ENOSYS)
		return true;
	lx_error_set_errno(error, errno, "accessing the cgroup's %s", place->path);
	return false;
}

bool lx_view_access(const LxViewCaller *caller, LxNode node, int mask, GError **error)
{
	g_auto(LxAsker) asker = {0};
	g_auto(LxPlaceInView) place = LX_PLACE_IN_VIEW_NONE;

	if (!lx_asker_init(&asker, caller, error) ||
		!lx_place_in_view_find(&asker, node, &place, error))
		return false;
	if (place.standing != LX_STANDING_OWN)
		return access_made_up(&place, mask, error);
	return access_own(&asker, &place, mask, error);
}

/* ---- Folders ----------------------------------------------------------------------------- */

typedef struct {
	LxAsker *asker;
	const LxPlaceInView *folder;
	int64_t position;
	LxViewVisit visit;
	gpointer data;
} Listing;

/* Folders that are made up count their entries; returns false when there was enough. */
static bool visit_made_up(Listing *listing, const char *name, uint64_t inode, int64_t index)
{
	struct stat status = {.st_mode = S_IFDIR, .st_ino = inode};

	return index < listing->position || listing->visit(name, &status, index + 1, listing->data);
}

static void list_made_up(Listing *listing)
{
	const LxRoots *roots = &listing->asker->view->roots;
	const LxPlaceInView *folder = listing->folder;
	g_autofree char *next = NULL;
	bool more = visit_made_up(listing, ".", folder->status.st_ino, 0) &&
		    visit_made_up(listing, "..", folder->status.st_ino, 1);

	if (folder->standing == LX_STANDING_ANCESTOR) {
		next = lx_place_in_view_next(folder);
		if (more && next)
			visit_made_up(listing, next, folder->status.st_ino, 2);
		return;
	}
	for (unsigned i = 0; more && i < roots->n_roots; i++)
		more = visit_made_up(listing, roots->roots[i].name, i + 2, i + 2);
}

/* kernfs's own positions: a hash of the name, so that what comes and goes shifts nothing. */
static bool list_own(Listing *listing, GError **error)
{
	g_auto(LxFd) fd =
		lx_view_reopen(listing->asker, listing->folder, O_RDONLY | O_DIRECTORY, error);
	g_autoptr(DIR) entries = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!entries) {
		if (fd >= 0)
			lx_error_set_errno(
				error, errno, "listing the cgroup %s", listing->folder->path);
		return false;
	}
	lx_fd_steal(&fd);
	if (listing->position > 0)
		seekdir(entries, listing->position);
	while ((entry = readdir(entries))) {
		struct stat status = {.st_mode = DTTOIF(entry->d_type), .st_ino = entry->d_ino};

		if (!listing->visit(entry->d_name, &status, entry->d_off, listing->data))
			break;
	}
	return true;
}

bool lx_view_list(const LxViewCaller *caller, LxNode folder, int64_t position, LxViewVisit visit,
	gpointer data, GError **error)
{
	g_auto(LxAsker) asker = {0};
	g_auto(LxPlaceInView) place = LX_PLACE_IN_VIEW_NONE;
	Listing listing = {&asker, &place, position, visit, data};

	if (!lx_asker_init(&asker, caller, error) ||
		!lx_place_in_view_find(&asker, folder, &place, error))
		return false;
	if (place.standing == LX_STANDING_OWN)
		return list_own(&listing, error);
	list_made_up(&listing);
	return true;
}

/* ---- Texts ------------------------------------------------------------------------------- */

static bool is_refused(const LxPlaceInView *file, int flags)
{
	return (flags & O_ACCMODE) != O_RDONLY &&
	       lx_control_of(lx_place_in_view_name(file)) == LX_CONTROL_REFUSED;
}

static bool open_found(LxAsker *asker, LxNode file, int flags, GError **error)
{
	g_auto(LxPlaceInView) place = LX_PLACE_IN_VIEW_NONE;
	g_auto(LxFd) fd = -1;

	if (!lx_place_in_view_find(asker, file, &place, error))
		return false;
	if (!S_ISREG(place.status.st_mode)) {
		lx_error_set(error, EISDIR, "opening the cgroup %s as a file", place.path);
		return false;
	}
	if (is_refused(&place, flags)) {
		lx_error_set(error, EACCES,
			"opening the cgroup's %s: nobody writes to it from here", place.path);
		return false;
	}
	if ((flags & O_ACCMODE) == O_RDONLY && lx_asker_is_free(&place.status, S_IROTH))
		return true;
	fd = lx_view_reopen(asker, &place, flags & O_ACCMODE, error);
	return fd >= 0;
}

bool lx_view_open(const LxViewCaller *caller, LxNode file, int flags, GError **error)
{
	g_auto(LxAsker) asker = {0};
	g_auto(LxPlaceInView) known = LX_PLACE_IN_VIEW_NONE;

	if (!lx_asker_init(&asker, caller, error))
		return false;
	return ((flags & O_ACCMODE) == O_RDONLY && lx_place_in_view_recall(&asker, file, &known)) ||
	       open_found(&asker, file, flags, error);
}

static pid_t inward(gconstpointer pids, pid_t outer)
{
	return lx_pids_inward(pids, outer);
}

static bool append_pids(const LxAsker *asker, const LxPlaceInView *file, LxSlice list,
	GString *text, GError **error)
{
	g_auto(LxPids) pids = LX_PIDS_NONE;

	if (!lx_pids_init(&pids, asker->view->root, asker->caller->tid, error))
		return false;
	if (pids.same)
		g_string_append_len(text, list.at, (gssize)list.length);
	else
		lx_pids_translate(list, file->root->v2, inward, &pids, text);
	return true;
}

static void append_own(const LxAsker *asker, const LxPlaceInView *file, LxSlice own, GString *text)
{
	if (!asker->view->effective || !lx_limits_append(file, own, text))
		g_string_append_len(text, own.at, (gssize)own.length);
}

/*
 * Every file of a cgroup but a list is printed as one record: what is shorter than was asked for
 * came in one piece, whoever else reads by the same descriptor.
 */
static bool append_recalled(const LxAsker *asker, LxNode node, GString *text)
{
	g_auto(LxPlaceInView) file = LX_PLACE_IN_VIEW_NONE;
	char own[KEPT_MAX_BYTES];
	ssize_t got;

	if (!lx_place_in_view_recall(asker, node, &file))
		return false;
	got = pread(file.fd, own, sizeof own, 0);
	if (got < 0 || got == sizeof own) {
		lx_place_in_view_forget(asker, &file);
		return false;
	}
	append_own(asker, &file, (LxSlice){own, (size_t)got}, text);
	return true;
}

static bool append_list(LxAsker *asker, const LxPlaceInView *file, GString *text, GError **error)
{
	g_auto(LxFd) fd = lx_view_reopen(asker, file, O_RDONLY, error);
	g_auto(LxText) own = {0};

	if (fd < 0 || !lx_fd_read(fd, FILE_MAX_BYTES, lx_place_in_view_name(file), &own, error))
		return false;
	if (asker->view->live)
		return append_pids(asker, file, lx_text_slice(&own), text, error);
	g_string_append_len(text, own.bytes, (gssize)own.length);
	return true;
}

static bool append_record(
	LxAsker *asker, LxNode node, const LxPlaceInView *file, GString *text, GError **error)
{
	g_auto(LxFd) fd = lx_view_reopen(asker, file, O_RDONLY, error);
	g_auto(LxText) own = {0};

	if (fd < 0 ||
		!lx_fd_read_record(fd, FILE_MAX_BYTES, lx_place_in_view_name(file), &own, error))
		return false;
	append_own(asker, file, lx_text_slice(&own), text);
	if (own.length < KEPT_MAX_BYTES && lx_asker_is_free(&file->status, S_IROTH))
		lx_place_in_view_keep(asker, node, file, &fd);
	return true;
}

/* Lists are printed a process at a time. */
static bool is_list(const LxPlaceInView *file)
{
	LxControl control = lx_control_of(lx_place_in_view_name(file));

	return control == LX_CONTROL_PROCESSES || control == LX_CONTROL_THREADS;
}

int lx_view_watch(const LxViewCaller *caller, LxNode file, GError **error)
{
	g_auto(LxAsker) asker = {0};
	g_auto(LxPlaceInView) place = LX_PLACE_IN_VIEW_NONE;
	g_auto(LxText) text = {0};
	g_auto(LxFd) fd = -1;

	if (!lx_asker_init(&asker, caller, error) ||
		!lx_place_in_view_find(&asker, file, &place, error))
		return -1;
	if (!S_ISREG(place.status.st_mode)) {
		lx_error_set(error, EISDIR, "watching the cgroup %s as a file", place.path);
		return -1;
	}
	fd = lx_view_reopen(&asker, &place, O_RDONLY, error);
	if (fd < 0 || !lx_fd_read(fd, FILE_MAX_BYTES, place.path, &text, error))
		return -1;
	return lx_fd_steal(&fd);
}

bool lx_view_read(const LxViewCaller *caller, LxNode file, GString *text, GError **error)
{
	g_auto(LxAsker) asker = {0};
	g_auto(LxPlaceInView) place = LX_PLACE_IN_VIEW_NONE;

	if (!lx_asker_init(&asker, caller, error))
		return false;
	if (append_recalled(&asker, file, text))
		return true;
	if (!lx_place_in_view_find(&asker, file, &place, error))
		return false;
	if (!S_ISREG(place.status.st_mode)) {
		lx_error_set(error, EISDIR, "reading the cgroup %s as a file", place.path);
		return false;
	}
	return is_list(&place) ? append_list(&asker, &place, text, error)
			       : append_record(&asker, file, &place, text, error);
}
