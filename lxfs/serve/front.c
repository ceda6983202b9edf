/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The FUSE front: requests -> liblxfs -> replies.
 *
 * What is cached by the kernel. Entries that every caller has alike (proc, proc/meminfo, ...) for a
 * minute; entries that depend on who asks (cpu3) never. Texts never: one page cache serves all who
 * bind a node, and would give one container's text to another. Direct IO keeps read(2) out of it,
 * but since Linux 6.5 splice and sendfile go through it all the same. Such a READ carries no lock
 * owner, while every read(2) does, and is answered EINVAL: sendfile falls back to read, a private
 * mmap faults, and nothing shared ever enters the cache.
 */
#include "serve/front.h"

#include "serve/fault.h"
#include "serve/journal.h"
#include "serve/quarantine.h"
#include "serve/refusals.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#define FIXED_ENTRY_SECONDS 60.0
#define ATTRIBUTE_SECONDS 1.0
#define TEXT_MAX_BYTES (64u * 1024 * 1024)

typedef struct {
	LxFront *front;
	LxConnectionKind kind;
} Session;

struct LxFront {
	LxContext *context;
	LxEstate *estate;
	LxOpenFiles *files;
	LxTriggers *triggers;
	pthread_key_t slot_key;
	Session sessions[LX_N_CONNECTIONS];
};

static LxFront *front_of(fuse_req_t request)
{
	return ((Session *)fuse_req_userdata(request))->front;
}

static LxNode node_of(fuse_req_t request, fuse_ino_t inode)
{
	const Session *session = fuse_req_userdata(request);

	if (inode != FUSE_ROOT_ID)
		return inode;
	return session->front->estate->header->connections[session->kind].root;
}

static void reply_failure(fuse_req_t request, GError *failure)
{
	fuse_reply_err(request, lx_error_code(failure));
	g_error_free(failure);
}

/* ---- Who asks ---------------------------------------------------------------------------- */

static uint64_t now_nsec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Notes for the supervisor whose text is being made, in case it kills us. */
static bool admit(uint64_t container, gpointer data)
{
	LxFront *front = data;
	LxSlot *slot = lx_front_slot(front);

	if (!slot)
		return true;
	slot->container = container;
	if (lx_quarantine_holds(front->estate, container, now_nsec()))
		return false;
	lx_fault_point(LX_FAULT_MID_RENDER);
	return true;
}

static LxCaller caller_of(fuse_req_t request)
{
	return (LxCaller){
		.context = front_of(request)->context,
		.tid = fuse_req_ctx(request)->pid,
		.admit = admit,
		.data = front_of(request),
	};
}

/* ---- Names and attributes ---------------------------------------------------------------- */

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

static void on_init(void *data, struct fuse_conn_info *connection)
{
	connection->max_write = 4096;
	connection->max_readahead = 0;
	connection->want &=
		~(unsigned)(FUSE_CAP_SPLICE_READ | FUSE_CAP_SPLICE_WRITE | FUSE_CAP_SPLICE_MOVE |
			    FUSE_CAP_READDIRPLUS | FUSE_CAP_READDIRPLUS_AUTO);
}

static void on_lookup(fuse_req_t request, fuse_ino_t parent, const char *name)
{
	LxCaller caller = caller_of(request);
	struct fuse_entry_param entry = {.attr_timeout = ATTRIBUTE_SECONDS};
	LxAttributes attributes;
	GError *failure = NULL;

	if (!lx_tree_lookup(&caller, node_of(request, parent), name, &attributes, &failure)) {
		reply_failure(request, failure);
		return;
	}
	entry.ino = attributes.node;
	entry.attr = stat_of(attributes.node, &attributes);
	entry.entry_timeout = attributes.fixed ? FIXED_ENTRY_SECONDS : 0;
	fuse_reply_entry(request, &entry);
}

static void reply_attributes(fuse_req_t request, fuse_ino_t inode)
{
	LxCaller caller = caller_of(request);
	LxAttributes attributes;
	GError *failure = NULL;
	struct stat status;

	if (!lx_tree_attributes(&caller, node_of(request, inode), &attributes, &failure)) {
		reply_failure(request, failure);
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
	LxCaller caller = caller_of(request);
	GError *failure = NULL;
	g_autofree char *target = lx_tree_readlink(&caller, node_of(request, inode), &failure);

	if (target)
		fuse_reply_readlink(request, target);
	else
		reply_failure(request, failure);
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
	LxCaller caller = caller_of(request);
	GError *failure = NULL;

	if (add_entry(".", &dot, &listing) && add_entry("..", &dot, &listing) &&
		!lx_tree_list(&caller, node_of(request, inode), add_entry, &listing, &failure)) {
		reply_failure(request, failure);
		return;
	}
	fuse_reply_buf(request, bytes, listing.used);
}

/* ---- Texts ------------------------------------------------------------------------------- */

/* What a reader may be told as it is; all else means that the text could not be made. */
static int read_error(const GError *failure)
{
	switch (lx_error_code(failure)) {
	case ENOENT:
	case EACCES:
	case EISDIR:
	case ESTALE:
	case ENOTSUP:
		return lx_error_code(failure);
	default:
		return EIO;
	}
}

static void reply_read_failure(fuse_req_t request, GError *failure)
{
	int code = read_error(failure);

	if (code == EIO)
		g_warning("answering EIO to process %d: %s", (int)fuse_req_ctx(request)->pid,
			failure->message);
	fuse_reply_err(request, code);
	g_error_free(failure);
}

static bool make_text(fuse_req_t request, fuse_ino_t inode, GString *text)
{
	LxCaller caller = caller_of(request);
	GError *failure = NULL;

	if (lx_tree_read(&caller, node_of(request, inode), text, &failure))
		return true;
	reply_read_failure(request, failure);
	return false;
}

static void reply_part(fuse_req_t request, const GString *text, size_t size, off_t offset)
{
	if ((uint64_t)offset >= text->len)
		fuse_reply_buf(request, NULL, 0);
	else
		fuse_reply_buf(request, text->str + offset, MIN(size, text->len - (size_t)offset));
}

/*
 * A worker that died behind its reply leaves a reader who has the first part of that text: to make
 * it anew now would give him the second part of another one.
 */
static bool was_made(const LxSlot *slot)
{
	uint64_t made;

	return slot && lx_journal_result(slot, &made);
}

static void keep_text(LxFront *front, LxHandle handle, const GString *text)
{
	LxSlot *slot = lx_front_slot(front);

	if (lx_open_files_set_text(front->files, handle, text->str, text->len) && slot)
		lx_journal_note(slot, 1);
}

/* At offset 0 the text is made anew; everywhere else the one that was made is served. */
static void on_read(fuse_req_t request, fuse_ino_t inode, size_t size, off_t offset,
	struct fuse_file_info *file)
{
	LxFront *front = front_of(request);
	g_autofree char *part = NULL;
	g_autoptr(GString) text = NULL;
	ssize_t copied = -1;

	if (file->lock_owner == 0) {
		fuse_reply_err(request, EINVAL);
		return;
	}
	if (offset > 0 || was_made(lx_front_slot(front))) {
		part = g_malloc(size);
		copied = lx_open_files_copy(front->files, file->fh, (uint64_t)offset, part, size);
	}
	if (copied >= 0) {
		fuse_reply_buf(request, part, (size_t)copied);
		return;
	}
	text = g_string_sized_new(4096);
	if (!make_text(request, inode, text))
		return;
	keep_text(front, file->fh, text);
	reply_part(request, text, size, offset);
}

/* A pressure file that its container does not have cannot be opened, as with the kernel's own. */
static bool check_pressure(fuse_req_t request, fuse_ino_t inode)
{
	g_autoptr(GString) text = g_string_new(NULL);

	return make_text(request, inode, text);
}

static bool may_open(fuse_req_t request, fuse_ino_t inode, int flags)
{
	LxCaller caller = caller_of(request);
	LxAttributes attributes;
	GError *failure = NULL;
	const Session *session = fuse_req_userdata(request);
	bool writing = (flags & O_ACCMODE) != O_RDONLY;

	if (!writing && session->kind != LX_CONNECTION_PRESSURE)
		return true;
	if (!lx_tree_attributes(&caller, node_of(request, inode), &attributes, &failure)) {
		reply_failure(request, failure);
		return false;
	}
	if (writing && !attributes.trigger) {
		fuse_reply_err(request, EACCES);
		return false;
	}
	return !attributes.trigger || check_pressure(request, inode);
}

/* A worker may have died anywhere between taking a record and replying: then that one is used. */
static LxHandle open_once(LxFront *front, LxNode node)
{
	LxSlot *slot = lx_front_slot(front);
	uint64_t opener = slot ? lx_journal_key(slot) : 0;
	LxHandle handle = 0;

	if (slot && lx_journal_result(slot, &handle))
		return handle;
	if (slot && lx_journal_was_left(slot))
		handle = lx_open_files_find(front->files, opener);
	if (handle == 0)
		handle = lx_open_files_open(front->files, node, opener);
	if (slot)
		lx_journal_note(slot, handle);
	return handle;
}

/* ENOENT: nobody waits for the answer any more, or a predecessor has given it. */
static void on_open(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file)
{
	LxFront *front = front_of(request);
	const LxSlot *slot = lx_front_slot(front);
	bool left = slot && lx_journal_was_left(slot);

	if (!may_open(request, inode, file->flags))
		return;
	file->fh = open_once(front, node_of(request, inode));
	file->direct_io = 1;
	file->noflush = 1;
	if (fuse_reply_open(request, file) == -ENOENT && !left)
		lx_open_files_close(front->files, file->fh);
}

static void on_release(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file)
{
	lx_triggers_drop(front_of(request)->triggers, file->fh);
	lx_open_files_close(front_of(request)->files, file->fh);
	fuse_reply_err(request, 0);
}

/* ---- Pressure triggers ------------------------------------------------------------------- */

static void on_write(fuse_req_t request, fuse_ino_t inode, const char *bytes, size_t size,
	off_t offset, struct fuse_file_info *file)
{
	LxFront *front = front_of(request);
	LxSlot *slot = lx_front_slot(front);
	LxCaller caller = caller_of(request);
	LxTriggerRequest wanted = {
		.handle = file->fh,
		.node = node_of(request, inode),
		.text = bytes,
		.length = size,
		.request = slot ? lx_journal_key(slot) : 0,
	};
	GError *failure = NULL;
	uint64_t done;

	if (slot && lx_journal_result(slot, &done)) {
		fuse_reply_write(request, size);
		return;
	}
	if (!lx_triggers_set(front->triggers, &caller, &wanted, &failure)) {
		reply_failure(request, failure);
		return;
	}
	if (slot)
		lx_journal_note(slot, 1);
	fuse_reply_write(request, size);
}

/* The number by which the kernel wants to be told stands in the request itself. */
static uint64_t poll_handle_of(const LxSlot *slot)
{
	const struct fuse_poll_in *in =
		(const void *)(slot->request + sizeof(struct fuse_in_header));

	return in->kh;
}

static void on_poll(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file,
	struct fuse_pollhandle *handle)
{
	LxFront *front = front_of(request);
	const Session *session = fuse_req_userdata(request);
	LxSlot *slot = lx_front_slot(front);
	LxCaller caller = caller_of(request);
	bool wants_telling = handle != NULL;
	uint64_t events;

	if (handle)
		fuse_pollhandle_destroy(handle);
	if (session->kind != LX_CONNECTION_PRESSURE || !slot) {
		fuse_reply_err(request, ENOSYS);
		return;
	}
	if (wants_telling)
		lx_open_files_set_poll(front->files, file->fh, poll_handle_of(slot));
	if (!lx_journal_result(slot, &events)) {
		events = lx_triggers_poll(front->triggers, &caller, file->fh);
		lx_journal_note(slot, events);
	}
	fuse_reply_poll(request, (unsigned)events);
}

/* As procfs, which looks the new name up first. */
static void on_rename(fuse_req_t request, fuse_ino_t parent, const char *name,
	fuse_ino_t new_parent, const char *new_name, unsigned flags)
{
	LxCaller caller = caller_of(request);
	LxAttributes attributes;
	bool there =
		lx_tree_lookup(&caller, node_of(request, new_parent), new_name, &attributes, NULL);

	fuse_reply_err(request, there ? EPERM : ENOENT);
}

static const struct fuse_lowlevel_ops served = {
	.init = on_init,
	.lookup = on_lookup,
	.getattr = on_getattr,
	.setattr = on_setattr,
	.readlink = on_readlink,
	.readdir = on_readdir,
	.open = on_open,
	.read = on_read,
	.write = on_write,
	.poll = on_poll,
	.release = on_release,
	.rename = on_rename,
};

/* ---- The object -------------------------------------------------------------------------- */

LxFront *lx_front_new(
	LxContext *context, LxEstate *estate, LxOpenFiles *files, LxTriggers *triggers)
{
	LxFront *front = g_new0(LxFront, 1);

	front->context = context;
	front->estate = estate;
	front->files = files;
	front->triggers = triggers;
	pthread_key_create(&front->slot_key, NULL);
	for (int kind = 0; kind < LX_N_CONNECTIONS; kind++)
		front->sessions[kind] = (Session){.front = front, .kind = kind};
	return front;
}

void lx_front_free(LxFront *front)
{
	if (!front)
		return;
	pthread_key_delete(front->slot_key);
	g_free(front);
}

struct fuse_session *lx_front_session(LxFront *front, LxConnectionKind kind)
{
	struct fuse_lowlevel_ops operations = served;
	char *arguments[] = {(char *)"lxfs", NULL};
	struct fuse_args args = {.argc = 1, .argv = arguments};

	lx_refusals_add(&operations);
	return fuse_session_new(&args, &operations, sizeof operations, &front->sessions[kind]);
}

void lx_front_enter_thread(LxFront *front, LxSlot *slot)
{
	pthread_setspecific(front->slot_key, slot);
}

LxSlot *lx_front_slot(const LxFront *front)
{
	return pthread_getspecific(front->slot_key);
}
