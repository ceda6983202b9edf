/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One task through one descriptor of /proc/TID. */
#include "identity/task.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/process.h"

#define FILE_MAX_BYTES (1024u * 1024)

void lx_task_clear(LxTask *task)
{
	lx_fd_clear(&task->folder);
	task->tid = 0;
}

static void set_missing(GError **error, pid_t tid)
{
	lx_error_set(error, ESRCH, "looking at task %d: there is none", (int)tid);
}

/* A task that has gone answers ENOENT to a look-up and ESRCH to a read. */
static bool is_missing(int code)
{
	return code == ENOENT || code == ESRCH;
}

/* Always false. Takes the failure over. */
static bool fail(pid_t tid, GError *failure, GError **error)
{
	if (!is_missing(lx_error_code(failure))) {
		g_propagate_error(error, failure);
		return false;
	}
	g_error_free(failure);
	set_missing(error, tid);
	return false;
}

bool lx_task_open(const LxSysroot *root, pid_t tid, LxTask *out, GError **error)
{
	char path[sizeof "proc/-2147483648"];
	GError *failure = NULL;
	int folder;

	if (tid <= 0) {
		set_missing(error, tid);
		return false;
	}
	g_snprintf(path, sizeof path, "proc/%d", (int)tid);
	folder = lx_sysroot_open(root, path, O_PATH | O_DIRECTORY, &failure);
	if (folder < 0)
		return fail(tid, failure, error);
	lx_task_clear(out);
	*out = (LxTask){tid, folder};
	return true;
}

int lx_task_open_file(const LxTask *task, const char *name, GError **error)
{
	int fd = openat(task->folder, name, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd >= 0)
		return fd;
	if (is_missing(errno))
		set_missing(error, task->tid);
	else
		lx_error_set_errno(error, errno, "opening /proc/%d/%s", (int)task->tid, name);
	return -1;
}

bool lx_task_read(const LxTask *task, const char *name, LxText *out, GError **error)
{
	g_auto(LxFd) fd = lx_task_open_file(task, name, error);
	g_autofree char *what = g_strdup_printf("/proc/%d/%s", (int)task->tid, name);

	return fd >= 0 && lx_fd_read(fd, FILE_MAX_BYTES, what, out, error);
}

/* What the kernel prints at once (single_open): the first read has it all. */
static bool read_record(const LxTask *task, const char *name, LxText *out, GError **error)
{
	g_auto(LxFd) fd = lx_task_open_file(task, name, error);
	g_autofree char *what = g_strdup_printf("/proc/%d/%s", (int)task->tid, name);

	return fd >= 0 && lx_fd_read_record(fd, FILE_MAX_BYTES, what, out, error);
}

bool lx_task_is_exiting(const LxTask *task)
{
	LxProcess process;

	return lx_task_process(task, &process, NULL) && process.exiting;
}

bool lx_task_membership(
	const LxTask *task, const LxLayout *layout, LxMembership *out, GError **error)
{
	g_autofree char *what = g_strdup_printf("/proc/%d/cgroup", (int)task->tid);
	g_auto(LxText) text = {0};

	if (!read_record(task, "cgroup", &text, error))
		return false;
	if (!lx_task_is_exiting(task))
		return lx_membership_parse(layout, lx_text_slice(&text), what, out, error);
	set_missing(error, task->tid);
	return false;
}

static bool is_number_of_exiting(const LxSysroot *root, pid_t tid)
{
	g_auto(LxTask) task = LX_TASK_NONE;

	return !lx_task_open(root, tid, &task, NULL) || lx_task_is_exiting(&task);
}

bool lx_task_find_membership(
	const LxSysroot *root, pid_t tid, const LxLayout *layout, LxMembership *out, GError **error)
{
	char path[sizeof "proc/-2147483648/cgroup"];
	GError *failure = NULL;
	g_auto(LxFd) fd = -1;
	g_auto(LxText) text = {0};

	g_snprintf(path, sizeof path, "proc/%d/cgroup", (int)tid);
	fd = lx_sysroot_open(root, path, O_RDONLY, &failure);
	if (fd < 0 || !lx_fd_read_record(fd, FILE_MAX_BYTES, path, &text, &failure))
		return fail(tid, failure, error);
	if (!lx_membership_parse(layout, lx_text_slice(&text), path, out, error))
		return false;
	if (!lx_membership_is_root(out) || !is_number_of_exiting(root, tid))
		return true;
	set_missing(error, tid);
	return false;
}

bool lx_task_process(const LxTask *task, LxProcess *out, GError **error)
{
	g_autofree char *what = g_strdup_printf("/proc/%d/stat", (int)task->tid);
	g_auto(LxText) text = {0};

	return read_record(task, "stat", &text, error) &&
	       lx_process_parse(lx_text_slice(&text), what, out, error);
}

bool lx_task_numbers(const LxTask *task, LxProcessNumbers *out, GError **error)
{
	g_autofree char *what = g_strdup_printf("/proc/%d/status", (int)task->tid);
	g_auto(LxText) text = {0};

	return read_record(task, "status", &text, error) &&
	       lx_process_parse_numbers(lx_text_slice(&text), what, out, error);
}

bool lx_task_exists(const LxTask *task)
{
	return task->folder >= 0 && faccessat(task->folder, "stat", F_OK, 0) == 0;
}

/*
 * The number could have been given away before pidfd_open looked at it. A folder that still answers
 * afterwards says that it had not.
 */
int lx_task_watch(const LxTask *process)
{
	g_auto(LxFd) fd = (int)syscall(SYS_pidfd_open, process->tid, 0);

	return fd >= 0 && lx_task_exists(process) ? lx_fd_steal(&fd) : -1;
}
