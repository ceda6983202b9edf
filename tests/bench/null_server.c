/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The cheapest FUSE server that could stand where lxfs stands: the same layout, mount options,
 * timeouts and direct IO, but every file is a constant (the host's text, taken at the start). What
 * a read costs here is FUSE's own price; whatever lxfs costs above it is lxfs's.
 *
 * null_server MOUNTPOINT [FILE]: serves in the foreground until SIGTERM. FILE stands at the top
 * under its own name, and is no constant but read each time: a passing-through that asks nothing.
 */
#define FUSE_USE_VERSION 312

#include <errno.h>
#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

#define TIMEOUT_SECONDS 1.0
#define PAGE_BYTES 4096

static const char *const names[] = {"cpuinfo", "diskstats", "loadavg", "meminfo", "slabinfo",
	"stat", "swaps", "uptime", "vmstat"};
#define N_FILES G_N_ELEMENTS(names)

/* The inode numbers: the root, proc, FILE, and behind it the files in the order of `names`. */
#define PROC_INODE 2
#define PASSED_INODE 3
#define FIRST_FILE_INODE 4
#define READ_MAX_BYTES 65536

typedef struct {
	char *text; /* NULL: this host does not have the file */
	size_t length;
} Constant;

typedef struct {
	Constant *constants;
	const char *passed; /* FILE; NULL: none */
} Served;

static Constant *constants_new(void)
{
	Constant *constants = g_new0(Constant, N_FILES);

	for (size_t i = 0; i < N_FILES; i++) {
		g_autofree char *path = g_strdup_printf("/proc/%s", names[i]);

		g_file_get_contents(path, &constants[i].text, &constants[i].length, NULL);
	}
	return constants;
}

static void constants_free(Constant *constants)
{
	for (size_t i = 0; i < N_FILES; i++)
		g_free(constants[i].text);
	g_free(constants);
}

static const Constant *constant_of(fuse_req_t request, fuse_ino_t inode)
{
	const Served *served = fuse_req_userdata(request);

	if (inode < FIRST_FILE_INODE || inode >= FIRST_FILE_INODE + N_FILES)
		return NULL;
	return &served->constants[inode - FIRST_FILE_INODE];
}

static bool is_passed(fuse_req_t request, const char *name)
{
	const Served *served = fuse_req_userdata(request);
	g_autofree char *its = served->passed ? g_path_get_basename(served->passed) : NULL;

	return g_strcmp0(its, name) == 0;
}

static struct stat attributes_of(fuse_req_t request, fuse_ino_t inode)
{
	const Constant *constant = constant_of(request, inode);
	struct stat attributes = {.st_ino = inode};

	if (constant || inode == PASSED_INODE) {
		size_t length = constant ? constant->length : 1;

		attributes.st_mode = S_IFREG | 0444;
		attributes.st_nlink = 1;
		attributes.st_size = (off_t)((length + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES);
	} else {
		attributes.st_mode = S_IFDIR | 0555;
		attributes.st_nlink = 2;
	}
	return attributes;
}

/* 0 when there is no such entry. */
static fuse_ino_t find(fuse_req_t request, fuse_ino_t parent, const char *name)
{
	if (parent == FUSE_ROOT_ID && strcmp(name, "proc") == 0)
		return PROC_INODE;
	if (parent == FUSE_ROOT_ID && is_passed(request, name))
		return PASSED_INODE;
	for (fuse_ino_t i = 0; parent == PROC_INODE && i < N_FILES; i++)
		if (strcmp(name, names[i]) == 0 && constant_of(request, FIRST_FILE_INODE + i)->text)
			return FIRST_FILE_INODE + i;
	return 0;
}

static void on_lookup(fuse_req_t request, fuse_ino_t parent, const char *name)
{
	struct fuse_entry_param entry = {.ino = find(request, parent, name),
		.attr_timeout = TIMEOUT_SECONDS,
		.entry_timeout = TIMEOUT_SECONDS};

	if (entry.ino == 0) {
		fuse_reply_err(request, ENOENT);
		return;
	}
	entry.attr = attributes_of(request, entry.ino);
	fuse_reply_entry(request, &entry);
}

static void on_getattr(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file)
{
	struct stat attributes = attributes_of(request, inode);

	fuse_reply_attr(request, &attributes, TIMEOUT_SECONDS);
}

static void on_open(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file)
{
	const Served *served = fuse_req_userdata(request);
	int fd = inode == PASSED_INODE ? open(served->passed, O_RDONLY | O_CLOEXEC) : 0;

	if (fd < 0) {
		fuse_reply_err(request, errno);
		return;
	}
	file->fh = (uint64_t)fd;
	file->direct_io = 1;
	fuse_reply_open(request, file);
}

static void pass(fuse_req_t request, size_t size, off_t offset, int fd)
{
	char bytes[READ_MAX_BYTES];
	ssize_t got = pread(fd, bytes, MIN(size, sizeof bytes), offset);

	if (got < 0)
		fuse_reply_err(request, errno);
	else
		fuse_reply_buf(request, bytes, (size_t)got);
}

static void on_read(fuse_req_t request, fuse_ino_t inode, size_t size, off_t offset,
	struct fuse_file_info *file)
{
	const Constant *constant = constant_of(request, inode);

	if (inode == PASSED_INODE)
		pass(request, size, offset, (int)file->fh);
	else if (!constant)
		fuse_reply_err(request, EISDIR);
	else if ((size_t)offset >= constant->length)
		fuse_reply_buf(request, NULL, 0);
	else
		fuse_reply_buf(request, constant->text + offset,
			MIN(size, constant->length - (size_t)offset));
}

static void on_release(fuse_req_t request, fuse_ino_t inode, struct fuse_file_info *file)
{
	if (inode == PASSED_INODE)
		close((int)file->fh);
	fuse_reply_err(request, 0);
}

static const struct fuse_lowlevel_ops operations = {
	.lookup = on_lookup,
	.getattr = on_getattr,
	.open = on_open,
	.read = on_read,
	.release = on_release,
};

static int serve(struct fuse_session *session)
{
	struct fuse_loop_config *config = fuse_loop_cfg_create();
	int result;

	fuse_loop_cfg_set_clone_fd(config, 0);
	result = fuse_session_loop_mt(session, config);
	fuse_loop_cfg_destroy(config);
	return result;
}

int main(int argc, char **argv)
{
	char mount_options[] = "-oallow_other,fsname=null";
	char *options[] = {argv[0], mount_options};
	struct fuse_args arguments = FUSE_ARGS_INIT(G_N_ELEMENTS(options), options);
	struct fuse_session *session;
	Served served = {.passed = argc > 2 ? argv[2] : NULL};
	int result = EXIT_FAILURE;

	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: %s MOUNTPOINT [FILE]\n", argv[0]);
		return 2;
	}
	served.constants = constants_new();
	session = fuse_session_new(&arguments, &operations, sizeof operations, &served);
	if (session && fuse_set_signal_handlers(session) == 0) {
		if (fuse_session_mount(session, argv[1]) == 0) {
			result = serve(session) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
			fuse_session_unmount(session);
		}
		fuse_remove_signal_handlers(session);
	}
	if (session)
		fuse_session_destroy(session);
	fuse_opt_free_args(&arguments);
	constants_free(served.constants);
	return result;
}
