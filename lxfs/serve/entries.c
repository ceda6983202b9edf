/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The names in the tree: looking them up, their attributes, folders and links.
 *
 * Entries that every caller has alike (proc, proc/meminfo, ...) are cached by the kernel for a
 * minute; entries that depend on who asks (cpu3) never.
 */
#include "serve/entries.h"

#include "serve/request.h"

#include <errno.h>
#include <time.h>

#define FIXED_ENTRY_SECONDS 60.0
#define ATTRIBUTE_SECONDS 1.0

static mode_t mode_of(const LxAttributes *attributes)
{
	static const mode_t types[] = {
		[LX_NODE_FOLDER] = S_IFDIR, [LX_NODE_FILE] = S_IFREG, [LX_NODE_LINK] = S_IFLNK};

	return types[attributes->type] | attributes->permissions;
}

static struct stat stat_of(fuse_ino_t inode, const LxAttributes *attributes)
{
	struct stat status = {
		.st_ino = inode,
		.st_mode = mode_of(attributes),
		.st_nlink = attributes->type == LX_NODE_FOLDER ? 2 : 1,
		.st_size = (off_t)attributes->size,
		.st_blksize = 4096,
	};

	clock_gettime(CLOCK_REALTIME, &status.st_mtim);
	status.st_atim = status.st_mtim;
	status.st_ctim = status.st_mtim;
	return status;
}

static void on_lookup(fuse_req_t request, fuse_ino_t parent, const char *name)
{
	LxCaller caller = lx_request_caller(request);
	struct fuse_entry_param entry = {.attr_timeout = ATTRIBUTE_SECONDS};
	LxAttributes attributes;
	GError *failure = NULL;

	if (!lx_tree_lookup(
		    &caller, lx_request_node(request, parent), name, &attributes, &failure)) {
		lx_request_fail(request, failure);
		return;
	}
	entry.ino = attributes.node;
	entry.attr = stat_of(attributes.node, &attributes);
	entry.entry_timeout = attributes.fixed ? FIXED_ENTRY_SECONDS : 0;
	fuse_reply_entry(request, &entry);
}

static void reply_attributes(fuse_req_t request, fuse_ino_t inode)
{
	LxCaller caller = lx_request_caller(request);
	LxAttributes attributes;
	GError *failure = NULL;
	struct stat status;

	if (!lx_tree_attributes(&caller, lx_request_node(request, inode), &attributes, &failure)) {
		lx_request_fail(request, failure);
		return;
	}
	status = stat_of(inode, &attributes);
	fuse_reply_attr(request, &status, ATTRIBUTE_SECONDS);
}

static void on_getattr(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file)
{
	reply_attributes(request, inode);
}

/* As procfs: whoever may write may truncate and set times, to no effect; owner and mode stay. */
static void on_setattr(fuse_req_t request, fuse_ino_t inode, struct stat *wanted, int to_set,
	struct fuse_file_info *file)
{
	if (to_set & (FUSE_SET_ATTR_MODE | FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID))
		fuse_reply_err(request, EPERM);
	else
		reply_attributes(request, inode);
}

static void on_readlink(fuse_req_t request, fuse_ino_t inode)
{
	LxCaller caller = lx_request_caller(request);
	GError *failure = NULL;
	g_autofree char *target =
		lx_tree_readlink(&caller, lx_request_node(request, inode), &failure);

	if (target)
		fuse_reply_readlink(request, target);
	else
		lx_request_fail(request, failure);
}

/* ---- Folders ----------------------------------------------------------------------------- */

/*
 * A listing is made anew for each READDIR and its first `skip` entries passed over: nothing is kept
 * between two calls, so that the second may be answered by another worker than the first.
 */
typedef struct {
	fuse_req_t request;
	char *bytes;
	size_t room;
	size_t used;
	off_t skip;
	off_t index;
} Listing;

static bool add_entry(const char *name, const LxAttributes *attributes, gpointer data)
{
	Listing *listing = data;
	struct stat status = {.st_ino = attributes->node, .st_mode = mode_of(attributes)};
	size_t needed;

	if (listing->index++ < listing->skip)
		return true;
	needed = fuse_add_direntry(listing->request, listing->bytes + listing->used,
		listing->room - listing->used, name, &status, listing->index);
	if (needed > listing->room - listing->used)
		return false;
	listing->used += needed;
	return true;
}

static void on_readdir(fuse_req_t request, fuse_ino_t inode, size_t size, off_t offset,
	struct fuse_file_info *file)
{
	g_autofree char *bytes = g_malloc(size);
	Listing listing = {.request = request, .bytes = bytes, .room = size, .skip = offset};
	LxAttributes dot = {.node = inode, .type = LX_NODE_FOLDER, .permissions = 0555};
	LxCaller caller = lx_request_caller(request);
	GError *failure = NULL;

	if (add_entry(".", &dot, &listing) && add_entry("..", &dot, &listing) &&
		!lx_tree_list(
			&caller, lx_request_node(request, inode), add_entry, &listing, &failure)) {
		lx_request_fail(request, failure);
		return;
	}
	fuse_reply_buf(request, bytes, listing.used);
}

/* As procfs, which looks the new name up first. */
static void on_rename(fuse_req_t request, fuse_ino_t parent, const char *name,
	fuse_ino_t new_parent, const char *new_name, unsigned flags)
{
	LxCaller caller = lx_request_caller(request);
	LxAttributes attributes;
	bool there = lx_tree_lookup(
		&caller, lx_request_node(request, new_parent), new_name, &attributes, NULL);

	fuse_reply_err(request, there ? EPERM : ENOENT);
}

void lx_entries_add(struct fuse_lowlevel_ops *operations)
{
	operations->lookup = on_lookup;
	operations->getattr = on_getattr;
	operations->setattr = on_setattr;
	operations->readlink = on_readlink;
	operations->readdir = on_readdir;
	operations->rename = on_rename;
}
