/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files of the view, written.
 *
 * The kernel decides, by the asker's credentials, with which the file is opened and written. Two
 * things it would decide wrongly, since it would judge us and not him, and they are decided here:
 *
 * Processes. The kernel looks a written number up in our PID namespace and takes 0 for us; and what
 * holds a container with a cgroup namespace (no process moves in or out: cgroup_attach_permissions)
 * asks for the writer's namespace, ours. So the number is translated, and the process must be one
 * that the asker sees and that stands within his bounds. The number is looked up once more by the
 * kernel; that it still was that process is checked afterwards, through a descriptor of it.
 *
 * Limits of the container itself. With a cgroup namespace the kernel keeps its members from writing
 * to the files of its root, those apart that it gives away (nsdelegate). Here the same holds for
 * the topmost cgroup of every container, on v1 too, whoever owns the files.
 */
#include "view/reading.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "cgroup/pressure.h"
#include "view/pids.h"

typedef struct {
	LxAsker *asker;
	const LxPlaceInView *file;
	const char *bytes;
	size_t size;
} Write;

/* Opening and writing both ask for the rights of whoever does it. */
static bool carry_out(const Write *write_, const char *bytes, size_t size, GError **error)
{
	const LxPlaceInView *file = write_->file;
	g_auto(LxActing) acting = false;
	g_auto(LxFd) fd = -1;
	LxViewLink link;

	lx_view_link(file->fd, &link);
	if (!lx_asker_act(write_->asker, &file->status, &acting, error))
		return false;
	fd = open(link.path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	if (fd >= 0 && write(fd, bytes, size) == (ssize_t)size)
		return true;
	lx_error_set_errno(
		error, errno == ENODEV ? ENOENT : errno, "writing to the cgroup's %s", file->path);
	return false;
}

/* ---- Processes --------------------------------------------------------------------------- */

static bool fail_foreign(const Write *write_, pid_t pid, GError **error)
{
	lx_error_set(error, ESRCH, "moving process %d to the cgroup's %s: the caller has none such",
		(int)pid, write_->file->path);
	return false;
}

/* Stands it within the asker's bounds? */
static bool is_within(const Write *write_, const LxTask *task)
{
	const LxPlaceInView *file = write_->file;
	g_auto(LxMembership) at = {0};
	const char *path;

	if (file->bounds.all)
		return true;
	if (!lx_task_membership(task, write_->asker->view->layout, &at, NULL))
		return false;
	path = at.paths[file->hierarchy];
	return path && lx_place_in_view_is_below(path, file->bounds.top);
}

/* The number of whom he means, as we see it. 0: nobody of his. */
static pid_t find_meant(const Write *write_, const LxPids *pids, pid_t written)
{
	return written == 0 ? write_->asker->caller->tid : lx_pids_outward(pids, written);
}

static bool move(const Write *write_, pid_t written, GError **error)
{
	const LxAsker *asker = write_->asker;
	g_auto(LxPids) pids = LX_PIDS_NONE;
	g_auto(LxTask) task = LX_TASK_NONE;
	char number[16];
	pid_t meant;

	if (!lx_pids_init(&pids, asker->view->root, asker->caller->tid, error))
		return false;
	meant = find_meant(write_, &pids, written);
	if (meant == 0 || !lx_task_open(asker->view->root, meant, &task, NULL) ||
		find_meant(write_, &pids, written) != meant || !is_within(write_, &task))
		return fail_foreign(write_, written, error);
	g_snprintf(number, sizeof number, "%d", (int)meant);
	if (!carry_out(write_, number, strlen(number), error))
		return false;
	return lx_task_exists(&task) || fail_foreign(write_, written, error);
}

static bool write_number(const Write *write_, GError **error)
{
	LxSlice text = {write_->bytes, write_->size};
	pid_t written;

	if (lx_pids_parse_written(text, &written))
		return move(write_, written, error);
	lx_error_set(error, EINVAL, "writing to the cgroup's %s: it takes one number",
		write_->file->path);
	return false;
}

/* ---- All files --------------------------------------------------------------------------- */

static bool fail_host(const LxPlaceInView *file, GError **error)
{
	lx_error_set(error, EPERM,
		"writing to the cgroup's %s: it is the host's to set; make a cgroup below and set "
		"it "
		"there",
		file->path);
	return false;
}

static bool is_given(const LxAsker *asker, const LxPlaceInView *file, LxControl control)
{
	const char *name = lx_place_in_view_name(file);

	if (control == LX_CONTROL_REFUSED)
		return false;
	return !file->at_top || control == LX_CONTROL_TRIGGER ||
	       lx_delegation_has(&asker->view->delegation, file->root->v2, name);
}

static bool find_file(LxAsker *asker, const LxViewCaller *caller, LxNode node, LxPlaceInView *file,
	GError **error)
{
	if (!lx_asker_init(asker, caller, error) ||
		!lx_place_in_view_find(asker, node, file, error))
		return false;
	if (S_ISREG(file->status.st_mode))
		return true;
	lx_error_set(error, EISDIR, "writing to a cgroup as a file");
	return false;
}

bool lx_view_write(
	const LxViewCaller *caller, LxNode node, const char *bytes, size_t size, GError **error)
{
	g_auto(LxAsker) asker = {0};
	g_auto(LxPlaceInView) file = LX_PLACE_IN_VIEW_NONE;
	Write all = {&asker, &file, bytes, size};
	LxControl control;

	if (!find_file(&asker, caller, node, &file, error))
		return false;
	control = lx_control_of(lx_place_in_view_name(&file));
	if (!is_given(&asker, &file, control))
		return fail_host(&file, error);
	if (asker.view->live && (control == LX_CONTROL_PROCESSES || control == LX_CONTROL_THREADS))
		return write_number(&all, error);
	return carry_out(&all, bytes, size, error);
}

LxViewEffect lx_view_effect(const LxViewCaller *caller, LxNode node)
{
	g_auto(LxAsker) asker = {0};
	g_auto(LxPlaceInView) file = LX_PLACE_IN_VIEW_NONE;

	if (!find_file(&asker, caller, node, &file, NULL))
		return LX_VIEW_NOTHING;
	if (lx_control_of(lx_place_in_view_name(&file)) == LX_CONTROL_TRIGGER)
		return LX_VIEW_TRIGGERS;
	return lx_control_acts(lx_place_in_view_name(&file)) ? LX_VIEW_ACTS : LX_VIEW_SETS;
}

/* ---- Triggers ---------------------------------------------------------------------------- */

/* What he may have as a trigger the kernel decides by whoever opened the file (psi_trigger_create).
 */
static int open_as(LxAsker *asker, const LxPlaceInView *file, GError **error)
{
	g_auto(LxActing) acting = false;
	LxViewLink link;
	int fd;

	lx_view_link(file->fd, &link);
	if (!lx_asker_act(asker, &file->status, &acting, error))
		return -1;
	fd = open(link.path, O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		lx_error_set_errno(error, errno == ENODEV ? ENOENT : errno,
			"opening the cgroup's %s", file->path);
	return fd;
}

int lx_view_set_trigger(
	const LxViewCaller *caller, LxNode node, const char *trigger, size_t length, GError **error)
{
	g_auto(LxAsker) asker = {0};
	g_auto(LxPlaceInView) file = LX_PLACE_IN_VIEW_NONE;
	g_auto(LxFd) fd = -1;

	if (!find_file(&asker, caller, node, &file, error))
		return -1;
	if (lx_control_of(lx_place_in_view_name(&file)) != LX_CONTROL_TRIGGER) {
		lx_error_set(error, EINVAL, "setting a trigger on the cgroup's %s: it takes none",
			file.path);
		return -1;
	}
	fd = open_as(&asker, &file, error);
	if (fd < 0 || !lx_pressure_write_trigger(fd, file.path, trigger, length, error))
		return -1;
	return lx_fd_steal(&fd);
}
