/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The root of a cgroup namespace.
 *
 * No file names it to those outside. But /proc/PID/cgroup prints paths as the *reading thread's*
 * cgroup namespace sees them (cgroup_namespaces(7)). So our own file is read twice, by us and by a
 * thread that has entered the namespace: how far above us that has to go tells how deep the root
 * lies, and the path of one of the namespace's own tasks, cut at that depth, is the root. That task
 * is the container's to move, at any moment, but not out of the container; and we are not. What the
 * thread sees of the task tells only whether it stands inside. A task that has not been there all
 * the time may have been moved in from elsewhere, so our own reading is done again and must not
 * have changed.
 *
 * The thread lives for this one reading and ends: it never has to come back, and no thread that
 * serves requests ever stands in a container's namespace. (setns(2) moves only the thread that
 * calls it.) Only those that make a list of all containers enter one namespace after the other
 * themselves: they serve nobody, and end with the list. Where entering is not allowed, and on a
 * captured host, the roots of the cgroup mounts that the task sees stand for the namespace's.
 */
#include "identity/cgroupns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>

#include "identity/mountinfo.h"

#define MEMBERSHIP_MAX_BYTES (1024u * 1024)
#define OWN_FILE "proc/self/cgroup"

/* A task that is being moved on and on is its own affair. */
#define TRIES 4

/* Where one of the namespace's tasks stands, and where we do: open files, and what they say. */
typedef struct {
	LxFd member, own;
	const char *what; /* the member's */
} Files;

typedef struct {
	LxText member, own;
} Texts;

static void files_clear(Files *files)
{
	lx_fd_clear(&files->member);
	lx_fd_clear(&files->own);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Files, files_clear)

static void texts_clear(Texts *texts)
{
	lx_text_clear(&texts->member);
	lx_text_clear(&texts->own);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Texts, texts_clear)

typedef struct {
	const LxCgroupnsWay *way;
	const Files *files;
	bool entered;
	Texts texts;
	GError *error;
} Visit;

static bool read_here(const Files *files, Texts *out, GError **error)
{
	return lx_fd_read_record(
		       files->member, MEMBERSHIP_MAX_BYTES, files->what, &out->member, error) &&
	       lx_fd_read_record(files->own, MEMBERSHIP_MAX_BYTES, OWN_FILE, &out->own, error);
}

static gpointer read_there(gpointer data)
{
	Visit *visit = data;

	if (setns(visit->way->there, CLONE_NEWCGROUP) < 0) {
		lx_error_set_errno(&visit->error, errno, "entering the cgroup namespace of %s",
			visit->files->what);
		return NULL;
	}
	visit->entered = true;
	return GINT_TO_POINTER(read_here(visit->files, &visit->texts, &visit->error));
}

/* The kernel may be short of memory for a moment. */
static bool come_back(int home)
{
	for (int i = 0; i < TRIES; i++)
		if (setns(home, CLONE_NEWCGROUP) == 0)
			return true;
	return false;
}

static bool read_and_come_back(Visit *visit)
{
	bool read = read_there(visit);

	if (!visit->entered || come_back(visit->way->home))
		return read;
	g_clear_error(&visit->error);
	lx_error_set_errno(&visit->error, ENOTRECOVERABLE,
		"leaving the cgroup namespace of %s again", visit->files->what);
	return false;
}

static bool read_by_thread(Visit *visit)
{
	GThread *thread = g_thread_try_new("lxfs-cgroupns", read_there, visit, NULL);

	if (thread)
		return g_thread_join(thread);
	lx_error_set_errno(
		&visit->error, EAGAIN, "starting a thread to read %s", visit->files->what);
	return false;
}

static bool read_inside(const LxCgroupnsWay *way, const Files *files, Texts *out, GError **error)
{
	Visit visit = {.way = way, .files = files};

	if (way->home >= 0 ? read_and_come_back(&visit) : read_by_thread(&visit)) {
		texts_clear(out);
		*out = visit.texts;
		return true;
	}
	texts_clear(&visit.texts);
	g_propagate_error(error, visit.error);
	return false;
}

static bool same_text(const LxText *a, const LxText *b)
{
	return a->length == b->length && memcmp(a->bytes, b->bytes, a->length) == 0;
}

/* Whose namespace it is, and how to read what it says. */
typedef struct {
	const LxTask *task;
	const LxLayout *layout;
	const char *what;
} Subject;

static bool parse(const Subject *subject, const LxText *text, LxMembership *out, GError **error)
{
	return lx_membership_parse(subject->layout, lx_text_slice(text), subject->what, out, error);
}

static bool open_files(const Subject *subject, const LxCgroupnsWay *way, Files *out, GError **error)
{
	out->what = subject->what;
	out->member = lx_task_open_file(subject->task, "cgroup", error);
	if (out->member < 0)
		return false;
	out->own = lx_sysroot_open(way->root, OWN_FILE, O_RDONLY, error);
	return out->own >= 0;
}

typedef struct {
	Texts outside, inside;
} Readings;

static void readings_clear(Readings *readings)
{
	texts_clear(&readings->outside);
	texts_clear(&readings->inside);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Readings, readings_clear)

static bool read_both(
	const Subject *subject, const LxCgroupnsWay *way, Readings *out, GError **error)
{
	g_auto(Files) files = {.member = -1, .own = -1};
	g_auto(Texts) before = {0};

	if (!open_files(subject, way, &files, error) || !read_here(&files, &out->outside, error))
		return false;
	for (int i = 0; i < TRIES; i++) {
		texts_clear(&before);
		before = out->outside;
		out->outside = (Texts){0};
		if (!read_inside(way, &files, &out->inside, error) ||
			!read_here(&files, &out->outside, error))
			return false;
		if (same_text(&before.member, &out->outside.member) &&
			same_text(&before.own, &out->outside.own))
			return true;
	}
	return true;
}

/* Seen from within, what is outside the root begins with "/..". */
static bool is_inside(const LxMembership *seen_within)
{
	for (unsigned i = 0; i < LX_HIERARCHIES_MAX; i++) {
		const char *path = seen_within->paths[i];

		if (path && (strcmp(path, "/..") == 0 || g_str_has_prefix(path, "/../")))
			return false;
	}
	return true;
}

static bool fail_outside(const Subject *subject, GError **error)
{
	lx_error_set(error, EXDEV,
		"telling a cgroup namespace's root from %s: the task is outside of it",
		subject->what);
	return false;
}

static bool root_by_entering(
	const Subject *subject, const LxCgroupnsWay *way, LxMembership *out, GError **error)
{
	g_auto(Readings) readings = {0};
	g_auto(LxMembership) member = {0}, member_inside = {0}, own = {0}, own_inside = {0};

	if (!read_both(subject, way, &readings, error) ||
		!parse(subject, &readings.outside.member, &member, error) ||
		!parse(subject, &readings.inside.member, &member_inside, error) ||
		!parse(subject, &readings.outside.own, &own, error) ||
		!parse(subject, &readings.inside.own, &own_inside, error))
		return false;
	if (!is_inside(&member_inside))
		return fail_outside(subject, error);
	lx_membership_namespace_root(&member, &own, &own_inside, out);
	return true;
}

/* Where a hierarchy is not mounted, the task's own place in it is the nearest guess. */
static bool choose_mounted(LxMembership *own, LxMembership *roots)
{
	bool inside = true;

	for (unsigned i = 0; i < LX_HIERARCHIES_MAX; i++) {
		if (!roots->paths[i])
			roots->paths[i] = g_steal_pointer(&own->paths[i]);
		else if (own->paths[i] && !lx_membership_is_within(own->paths[i], roots->paths[i]))
			inside = false;
	}
	return inside;
}

static bool root_by_mounts(const Subject *subject, LxMembership *out, GError **error)
{
	g_auto(LxMembership) own = {0}, roots = {0};
	g_auto(LxText) mounts = {0};

	if (!lx_task_membership(subject->task, subject->layout, &own, error))
		return false;
	if (lx_task_read(subject->task, "mountinfo", &mounts, NULL))
		lx_mountinfo_cgroup_roots(subject->layout, lx_text_slice(&mounts), &roots);
	if (!choose_mounted(&own, &roots))
		return fail_outside(subject, error);
	lx_membership_clear(out);
	*out = roots;
	roots = (LxMembership){0};
	return true;
}

bool lx_cgroupns_root(const LxTask *task, const LxLayout *layout, const LxCgroupnsWay *way,
	LxMembership *out, GError **error)
{
	g_autofree char *what = g_strdup_printf("/proc/%d/cgroup", (int)task->tid);
	Subject subject = {task, layout, what};
	GError *failure = NULL;

	if (way->there < 0)
		return root_by_mounts(&subject, out, error);
	if (root_by_entering(&subject, way, out, &failure))
		return true;
	if (lx_error_code(failure) != EPERM) {
		g_propagate_error(error, failure);
		return false;
	}
	g_error_free(failure);
	return root_by_mounts(&subject, out, error);
}
