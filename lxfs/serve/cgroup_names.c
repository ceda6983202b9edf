/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The cgroup view's names: looking them up, folders, owners and modes.
 *
 * On this connection the kernel checks no rights and keeps nothing: one inode of FUSE is seen by
 * all callers, while what it is depends on who looks. Names are asked for each time (but for those
 * that liblxfs says are the same to all), every question for rights (FUSE_ACCESS) is asked of
 * liblxfs, and whatever is done is done with the caller's credentials.
 */
#include "serve/cgroup_names.h"

#include "serve/journal.h"
#include "serve/request.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* Without a view there is an empty folder. */
static bool has_view(fuse_req_t request)
{
	if (lx_context_view(lx_request_front(request)->context))
		return true;
	fuse_reply_err(request, ENOENT);
	return false;
}

static void reply_result(fuse_req_t request, bool done, GError *failure)
{
	if (done)
		fuse_reply_err(request, 0);
	else
		lx_request_fail(request, failure);
}

static void reply_entry(fuse_req_t request, LxNode parent, const char *name)
{
	LxViewCaller caller = lx_request_view_caller(request);
	struct fuse_entry_param entry = {.ino = 0};
	GError *failure = NULL;
	LxViewEntry found;

	if (!lx_view_lookup(&caller, parent, name, &found, &failure)) {
		lx_request_fail(request, failure);
		return;
	}
	entry.ino = found.node;
	entry.attr = found.status;
	entry.entry_timeout = found.lasts_seconds;
	fuse_reply_entry(request, &entry);
}

static void on_lookup(fuse_req_t request, fuse_ino_t parent, const char *name)
{
	if (has_view(request))
		reply_entry(request, lx_request_node(request, parent), name);
}

/* ---- What a node is ---------------------------------------------------------------------- */

static void reply_empty_folder(fuse_req_t request)
{
	struct stat status = {.st_mode = S_IFDIR | 0555, .st_ino = FUSE_ROOT_ID, .st_nlink = 2};

	fuse_reply_attr(request, &status, 0);
}

static void reply_attributes(fuse_req_t request, fuse_ino_t inode)
{
	LxViewCaller caller = lx_request_view_caller(request);
	struct stat status;
	GError *failure = NULL;

	if (!caller.view && inode == FUSE_ROOT_ID)
		reply_empty_folder(request);
	else if (!has_view(request))
		return;
	else if (!lx_view_attributes(&caller, lx_request_node(request, inode), &status, &failure))
		lx_request_fail(request, failure);
	else
		fuse_reply_attr(request, &status, 0);
}

static void on_getattr(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file)
{
	reply_attributes(request, inode);
}

static struct timespec time_wanted(const struct timespec *time, int to_set, int set, int now)
{
	if (to_set & now)
		return (struct timespec){.tv_nsec = UTIME_NOW};
	return to_set & set ? *time : (struct timespec){.tv_nsec = UTIME_OMIT};
}

static void on_setattr(fuse_req_t request, fuse_ino_t inode, struct stat *wanted, int to_set,
	struct fuse_file_info *file)
{
	LxViewCaller caller = lx_request_view_caller(request);
	LxViewChange change = {
		.mode = to_set & FUSE_SET_ATTR_MODE,
		.uid = to_set & FUSE_SET_ATTR_UID,
		.gid = to_set & FUSE_SET_ATTR_GID,
		.size = to_set & FUSE_SET_ATTR_SIZE,
		.times = to_set & (FUSE_SET_ATTR_ATIME | FUSE_SET_ATTR_MTIME),
		.new_mode = wanted->st_mode,
		.new_uid = wanted->st_uid,
		.new_gid = wanted->st_gid,
		.new_times = {time_wanted(&wanted->st_atim, to_set, FUSE_SET_ATTR_ATIME,
				      FUSE_SET_ATTR_ATIME_NOW),
			time_wanted(&wanted->st_mtim, to_set, FUSE_SET_ATTR_MTIME,
				FUSE_SET_ATTR_MTIME_NOW)},
	};
	GError *failure = NULL;

	if (!has_view(request))
		return;
	if (!lx_view_change(&caller, lx_request_node(request, inode), &change, &failure))
		lx_request_fail(request, failure);
	else
		reply_attributes(request, inode);
}

static void on_access(fuse_req_t request, fuse_ino_t inode, int mask)
{
	LxViewCaller caller = lx_request_view_caller(request);
	GError *failure = NULL;
	bool may;

	if (!has_view(request))
		return;
	may = lx_view_access(&caller, lx_request_node(request, inode), mask, &failure);
	reply_result(request, may, failure);
}

/* ---- Folders ----------------------------------------------------------------------------- */

typedef struct {
	fuse_req_t request;
	char *bytes;
	size_t room;
	size_t used;
} Listing;

static bool add_entry(const char *name, const struct stat *status, int64_t next, gpointer data)
{
	Listing *listing = data;
	size_t left = listing->room - listing->used;
	size_t needed = fuse_add_direntry(
		listing->request, listing->bytes + listing->used, left, name, status, next);

	if (needed > left)
		return false;
	listing->used += needed;
	return true;
}

static void on_opendir(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file)
{
	LxViewCaller caller = lx_request_view_caller(request);
	GError *failure = NULL;

	if (caller.view &&
		!lx_view_access(&caller, lx_request_node(request, inode), R_OK, &failure))
		lx_request_fail(request, failure);
	else
		fuse_reply_open(request, file);
}

static void on_readdir(fuse_req_t request, fuse_ino_t inode, size_t size, off_t offset,
	struct fuse_file_info *file)
{
	LxViewCaller caller = lx_request_view_caller(request);
	g_autofree char *bytes = g_malloc(size);
	Listing listing = {.request = request, .bytes = bytes, .room = size};
	GError *failure = NULL;

	if (caller.view && !lx_view_list(&caller, lx_request_node(request, inode), offset,
				   add_entry, &listing, &failure))
		lx_request_fail(request, failure);
	else
		fuse_reply_buf(request, bytes, listing.used);
}

/* ---- Making and removing ----------------------------------------------------------------- */

typedef struct {
	LxViewCaller caller;
	LxViewName name, new_name;
	mode_t mode;
} Deed;

static Deed deed_on(fuse_req_t request, fuse_ino_t parent, const char *name)
{
	return (Deed){
		.caller = lx_request_view_caller(request),
		.name = {.parent = lx_request_node(request, parent), .name = name},
	};
}

static bool make(gconstpointer data, GError **error)
{
	const Deed *deed = data;

	return lx_view_mkdir(&deed->caller, deed->name.parent, deed->name.name, deed->mode, error);
}

static bool remove_folder(gconstpointer data, GError **error)
{
	const Deed *deed = data;

	return lx_view_rmdir(&deed->caller, deed->name.parent, deed->name.name, error);
}

static bool rename_folder(gconstpointer data, GError **error)
{
	const Deed *deed = data;

	return lx_view_rename(&deed->caller, &deed->name, &deed->new_name, error);
}

static void on_mkdir(fuse_req_t request, fuse_ino_t parent, const char *name, mode_t mode)
{
	Deed deed = deed_on(request, parent, name);
	LxDeed once = {.run = make, .data = &deed, .done_already = EEXIST};
	int code;

	if (!has_view(request))
		return;
	deed.mode = mode;
	code = lx_request_do_once(request, &once);
	if (code)
		fuse_reply_err(request, code);
	else
		reply_entry(request, deed.name.parent, name);
}

static void on_rmdir(fuse_req_t request, fuse_ino_t parent, const char *name)
{
	Deed deed = deed_on(request, parent, name);
	LxDeed once = {.run = remove_folder, .data = &deed, .done_already = ENOENT};

	if (has_view(request))
		fuse_reply_err(request, lx_request_do_once(request, &once));
}

static void on_rename(fuse_req_t request, fuse_ino_t parent, const char *name,
	fuse_ino_t new_parent, const char *new_name, unsigned flags)
{
	Deed deed = deed_on(request, parent, name);
	LxDeed once = {.run = rename_folder, .data = &deed, .done_already = ENOENT};

	if (!has_view(request))
		return;
	deed.new_name = (LxViewName){lx_request_node(request, new_parent), new_name};
	fuse_reply_err(request, flags ? EINVAL : lx_request_do_once(request, &once));
}

/* ---- What cgroups do not have ------------------------------------------------------------ */

static void refuse(fuse_req_t request, fuse_ino_t parent, const char *name)
{
	LxViewCaller caller = lx_request_view_caller(request);
	GError *failure = NULL;
	bool done;

	if (!has_view(request))
		return;
	done = lx_view_refuse(&caller, lx_request_node(request, parent), name, &failure);
	reply_result(request, done, failure);
}

/* kernfs has no way to create a file: may_create has nothing to call, and says EACCES. */
static void on_mknod(
	fuse_req_t request, fuse_ino_t parent, const char *name, mode_t mode, dev_t device)
{
	if (S_ISREG(mode))
		fuse_reply_err(request, EACCES);
	else
		refuse(request, parent, name);
}

static void on_symlink(fuse_req_t request, const char *target, fuse_ino_t parent, const char *name)
{
	refuse(request, parent, name);
}

static void on_link(fuse_req_t request, fuse_ino_t inode, fuse_ino_t parent, const char *name)
{
	refuse(request, parent, name);
}

static void on_create(fuse_req_t request, fuse_ino_t parent, const char *name, mode_t mode,
	struct fuse_file_info *file)
{
	fuse_reply_err(request, EACCES);
}

void lx_cgroup_names_add(struct fuse_lowlevel_ops *operations)
{
	operations->lookup = on_lookup;
	operations->getattr = on_getattr;
	operations->setattr = on_setattr;
	operations->access = on_access;
	operations->opendir = on_opendir;
	operations->readdir = on_readdir;
	operations->mkdir = on_mkdir;
	operations->rmdir = on_rmdir;
	operations->rename = on_rename;
	operations->mknod = on_mknod;
	operations->symlink = on_symlink;
	operations->link = on_link;
	operations->unlink = refuse;
	operations->create = on_create;
}
