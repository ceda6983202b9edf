/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Work in the mount namespace of a container, from outside. */
#include "mounts/visit.h"

#include "child.h"
#include "mounts/mntns.h"
#include "mounts/place.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/stat.h>

/* ---- For the work ------------------------------------------------------------------------ */

void lx_visit_fail(LxVisit *visit, const char *what, const char *why)
{
	if (visit->report->failed++ == 0)
		g_snprintf(visit->report->why, sizeof visit->report->why, "%s: %s", what, why);
}

bool lx_visit_enter(LxVisit *visit)
{
	if (setns(visit->space, CLONE_NEWNS) == 0)
		return true;
	lx_visit_fail(visit, "entering its mount namespace", g_strerror(errno));
	return false;
}

bool lx_visit_is_rooted(const LxVisit *visit)
{
	struct stat own, theirs;

	return fstat(visit->cgroups, &theirs) == 0 &&
	       fstatat(visit->proc, "self/ns/cgroup", &own, 0) == 0 && own.st_ino != theirs.st_ino;
}

LxMountinfo *lx_visit_enter_cgroups(LxVisit *visit, GError **error)
{
	if (setns(visit->cgroups, CLONE_NEWCGROUP) == 0)
		return lx_mountinfo_read(visit->pid, error);
	lx_error_set_errno(error, errno, "entering its cgroup namespace");
	return NULL;
}

const LxMount *lx_visit_mount_of(const LxVisit *visit, int fd)
{
	int id = lx_place_mount_id(visit->proc, fd);

	return id < 0 ? NULL : lx_mountinfo_by_id(visit->info, id);
}

/* Is there a mount that gets what is mounted on one of this peer group? */
static bool follows(const LxMountinfo *info, int group)
{
	const LxMount *mount;

	for (unsigned i = 0; info && (mount = lx_mountinfo_at(info, i)) != NULL; i++)
		if (mount->shared == group || mount->master == group)
			return true;
	return false;
}

bool lx_visit_is_shared_with_host(const LxVisit *visit, const LxMount *mount)
{
	return mount->shared &&
	       (follows(visit->own, mount->shared) || follows(visit->host, mount->shared));
}

/* Followed as a link that leads to the mount itself (proc_pid_fd(5)). */
bool lx_visit_unmount(const LxVisit *visit, int fd)
{
	g_autofree char *link = g_strdup_printf("self/fd/%d", fd);

	return fchdir(visit->proc) == 0 && umount2(link, MNT_DETACH) == 0;
}

/* ---- The child --------------------------------------------------------------------------- */

typedef struct {
	const LxVisitRequest *request;
	LxVisitReport *report;
} Errand;

static void clear(LxVisit *visit)
{
	lx_fd_clear(&visit->proc);
	lx_fd_clear(&visit->root);
	lx_fd_clear(&visit->space);
	lx_fd_clear(&visit->cgroups);
	g_clear_pointer(&visit->host, lx_mountinfo_free);
	g_clear_pointer(&visit->info, lx_mountinfo_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxVisit, clear)

static int open_of(pid_t pid, const char *what, int flags)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/%s", (int)pid, what);

	return open(path, flags | O_CLOEXEC);
}

/* One process for all of it: its pid is nobody else's as long as it can be signalled. */
static bool open_container(LxVisit *visit, pid_t pid, GError **error)
{
	g_auto(LxFd) process = pidfd_open(pid, 0);

	visit->proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	visit->root = open_of(pid, "root", O_PATH | O_DIRECTORY);
	visit->space = open_of(pid, "ns/mnt", O_RDONLY);
	visit->cgroups = open_of(pid, "ns/cgroup", O_RDONLY);
	if (process >= 0 && visit->proc >= 0 && visit->root >= 0 && visit->space >= 0)
		visit->info = lx_mountinfo_read(pid, NULL);
	if (lx_mntns_inode(1) != lx_mntns_inode(getpid()))
		visit->host = lx_mountinfo_read(1, NULL);
	if (visit->info && pidfd_send_signal(process, 0, NULL, 0) == 0)
		return true;
	lx_error_set(error, ESRCH, "it has ended");
	return false;
}

static int run_errand(gpointer data)
{
	const Errand *errand = data;
	const LxVisitRequest *request = errand->request;
	g_autoptr(GError) error = NULL;
	g_auto(LxVisit) visit = {
		.own = request->own,
		.proc = -1,
		.root = -1,
		.space = -1,
		.cgroups = -1,
		.pid = request->pid,
		.report = errand->report,
	};

	lx_child_let_go();
	if (open_container(&visit, request->pid, &error))
		request->work(&visit, request->data);
	else
		lx_visit_fail(&visit, "looking at it", error->message);
	return 0;
}

/* ---- The parent -------------------------------------------------------------------------- */

static bool is_a_container(pid_t pid, GError **error)
{
	uint64_t space = lx_mntns_inode(pid);

	if (space == 0) {
		lx_error_set(error, ESRCH, "there is no such process");
		return false;
	}
	if (space == lx_mntns_inode(getpid()) || space == lx_mntns_inode(1)) {
		lx_error_set(error, EPERM,
			"it is in the host's own mount namespace: it is in no container");
		return false;
	}
	return true;
}

static void note_the_end(const LxVisitRequest *request, int result, LxVisitReport *report)
{
	if (result == 0)
		return;
	report->failed++;
	if (result == LX_CHILD_HUNG)
		g_snprintf(report->why, sizeof report->why,
			"it took longer than %u ms: a file system in it does not answer",
			request->limit_msec);
	else if (result == LX_CHILD_NONE)
		g_snprintf(report->why, sizeof report->why, "starting a child to visit it: %s",
			g_strerror(errno));
	else
		g_strlcpy(report->why, "its visitor crashed", sizeof report->why);
}

bool lx_visit_run(const LxVisitRequest *request, LxVisitReport *out, GError **error)
{
	Errand errand = {.request = request};

	if (!is_a_container(request->pid, error))
		return false;
	errand.report = mmap(NULL, sizeof *errand.report, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (errand.report == MAP_FAILED) {
		lx_error_set_errno(error, errno, "getting memory for a report");
		return false;
	}
	note_the_end(
		request, lx_child_run(run_errand, &errand, request->limit_msec), errand.report);
	*out = *errand.report;
	munmap(errand.report, sizeof *errand.report);
	return true;
}
