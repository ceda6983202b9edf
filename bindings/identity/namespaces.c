/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which cgroup and PID namespace a task is in. */
#include "identity/namespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const file_names[LX_N_NAMESPACES] = {
	[LX_NAMESPACE_CGROUP] = "ns/cgroup",
	[LX_NAMESPACE_PID] = "ns/pid",
	[LX_NAMESPACE_TIME] = "ns/time",
};

/* "cgroup:[4026531835]" */
static bool parse_link(LxSlice link, uint64_t *out)
{
	LxSlice kind, number;

	return lx_scan_until(&link, '[', &kind) && lx_scan_until(&link, ']', &number) &&
	       lx_slice_u64(number, out);
}

/*
 * 0 with *out the inode, else an errno. A captured host may have kept no namespaces of a task that
 * it has: then they are the host's.
 */
static int look_captured(int folder, const char *path, uint64_t host, uint64_t *out)
{
	char link[64];
	ssize_t length = readlinkat(folder, path, link, sizeof link);

	if (length < 0 && errno == ENOENT) {
		*out = host;
		return 0;
	}
	if (length < 0)
		return errno;
	return parse_link((LxSlice){link, (size_t)length}, out) ? 0 : EINVAL;
}

static int look(const LxNamespaces *namespaces, int folder, LxNamespace kind, uint64_t *out)
{
	struct stat status;

	if (!lx_sysroot_is_live(namespaces->root))
		return look_captured(folder, file_names[kind], namespaces->host[kind], out);
	if (fstatat(folder, file_names[kind], &status, 0) < 0)
		return errno;
	*out = status.st_ino;
	return 0;
}

/*
 * Some tasks show their namespaces to nobody without CAP_SYS_PTRACE, or to nobody at all (a
 * security module). They are taken for the host's: the task's own cgroup then says where it is.
 */
static bool is_hidden(int code)
{
	return code == EACCES || code == EPERM;
}

static bool fail(pid_t tid, LxNamespace kind, int code, GError **error)
{
	if (code == ENOENT || code == ESRCH)
		lx_error_set(error, ESRCH, "looking at task %d: there is none", (int)tid);
	else
		lx_error_set_errno(
			error, code, "looking at /proc/%d/%s", (int)tid, file_names[kind]);
	return false;
}

bool lx_namespaces_of(const LxNamespaces *namespaces, const LxTask *task, LxNamespace kind,
	uint64_t *out, GError **error)
{
	int code;

	if (namespaces->host[kind] == 0) {
		*out = 0;
		return true;
	}
	code = look(namespaces, task->folder, kind, out);
	if (is_hidden(code)) {
		*out = namespaces->host[kind];
		return true;
	}
	return code == 0 || fail(task->tid, kind, code, error);
}

static bool find_captured(
	const LxNamespaces *namespaces, pid_t tid, LxNamespace kind, uint64_t *out, GError **error)
{
	g_auto(LxTask) task = LX_TASK_NONE;

	return lx_task_open(namespaces->root, tid, &task, error) &&
	       lx_namespaces_of(namespaces, &task, kind, out, error);
}

bool lx_namespaces_find(
	const LxNamespaces *namespaces, pid_t tid, LxNamespace kind, uint64_t *out, GError **error)
{
	char path[sizeof "proc/-2147483648/ns/cgroup"];
	GError *failure = NULL;
	struct stat status;
	int code;

	if (tid <= 0)
		return fail(tid, kind, ESRCH, error);
	if (!lx_sysroot_is_live(namespaces->root) || namespaces->host[kind] == 0)
		return find_captured(namespaces, tid, kind, out, error);
	g_snprintf(path, sizeof path, "proc/%d/%s", (int)tid, file_names[kind]);
	if (lx_sysroot_stat(namespaces->root, path, true, &status, &failure)) {
		*out = status.st_ino;
		return true;
	}
	code = lx_error_code(failure);
	g_error_free(failure);
	if (!is_hidden(code))
		return fail(tid, kind, code, error);
	*out = namespaces->host[kind];
	return true;
}

int lx_namespaces_open_link(const LxNamespaces *namespaces, pid_t tid, LxNamespace kind)
{
	char path[sizeof "proc/-2147483648/ns/cgroup"];

	if (!lx_sysroot_is_live(namespaces->root))
		return -1;
	g_snprintf(path, sizeof path, "proc/%d/%s", (int)tid, file_names[kind]);
	return lx_sysroot_open(namespaces->root, path, O_PATH | O_NOFOLLOW, NULL);
}

bool lx_namespaces_read_link(int link, uint64_t *out)
{
	char text[64];
	ssize_t length = readlinkat(link, "", text, sizeof text);

	return length > 0 && parse_link((LxSlice){text, (size_t)length}, out);
}

static bool is_namespace(int fd, uint64_t inode)
{
	struct stat status;

	return fstat(fd, &status) == 0 && status.st_ino == inode;
}

static bool confirm_captured(
	const LxNamespaces *namespaces, const LxTask *task, LxNamespaceName name, GError **error)
{
	uint64_t now;

	if (!lx_namespaces_of(namespaces, task, name.kind, &now, error))
		return false;
	return now == name.inode || fail(task->tid, name.kind, ESRCH, error);
}

bool lx_namespaces_open(const LxNamespaces *namespaces, const LxTask *task, LxNamespaceName name,
	LxFd *out, GError **error)
{
	g_auto(LxFd) fd = -1;

	if (lx_sysroot_is_live(namespaces->root)) {
		fd = lx_task_open_file(task, file_names[name.kind], error);
		if (fd < 0)
			return false;
		if (!is_namespace(fd, name.inode))
			return fail(task->tid, name.kind, ESRCH, error);
	} else if (!confirm_captured(namespaces, task, name, error)) {
		return false;
	}
	*out = lx_fd_steal(&fd);
	return true;
}

/* 0 when it cannot be told. */
static uint64_t inode_at(const LxNamespaces *namespaces, const char *folder, LxNamespace kind)
{
	g_auto(LxFd) fd = lx_sysroot_open(namespaces->root, folder, O_PATH | O_DIRECTORY, NULL);
	uint64_t inode = 0;

	return fd >= 0 && look(namespaces, fd, kind, &inode) == 0 ? inode : 0;
}

static int hold(const LxNamespaces *namespaces, LxNamespace kind)
{
	g_autofree char *path = g_strconcat("proc/self/", file_names[kind], NULL);

	if (!lx_sysroot_is_live(namespaces->root))
		return -1;
	return lx_sysroot_open(namespaces->root, path, O_RDONLY, NULL);
}

void lx_namespaces_init(LxNamespaces *namespaces, const LxSysroot *root)
{
	*namespaces = (LxNamespaces){.root = root};
	for (int kind = 0; kind < LX_N_NAMESPACES; kind++) {
		namespaces->host[kind] = inode_at(namespaces, "proc/1", (LxNamespace)kind);
		if (namespaces->host[kind] == 0)
			namespaces->host[kind] =
				inode_at(namespaces, "proc/self", (LxNamespace)kind);
		namespaces->held[kind] = hold(namespaces, (LxNamespace)kind);
	}
}

void lx_namespaces_clear(LxNamespaces *namespaces)
{
	for (int kind = 0; kind < LX_N_NAMESPACES; kind++)
		lx_fd_clear(&namespaces->held[kind]);
}
