/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who asks for something in the view: his container, where that lies, and what he may do. */
#include "view/asker.h"

#include <errno.h>

#include "identity/task.h"

void lx_asker_clear(LxAsker *asker)
{
	g_clear_pointer(&asker->container, lx_container_unref);
	lx_credentials_clear(&asker->credentials);
}

/*
 * What we do not understand of the kernel's own texts about him is no fault of his: EINVAL would
 * say that he has asked for something wrong. Always false; takes the failure over.
 */
static bool fail(GError *failure, GError **error)
{
	if (g_error_matches(failure, LX_ERROR, EINVAL))
		failure->code = EIO;
	g_propagate_error(error, failure);
	return false;
}

bool lx_asker_init(LxAsker *asker, const LxViewCaller *caller, GError **error)
{
	const LxCgroupTree *view = caller->view;
	GError *failure = NULL;

	asker->caller = caller;
	asker->view = view;
	asker->container =
		lx_identity_find_rooted(view->identity, caller->tid, &asker->rooted, &failure);
	if (!asker->container)
		return fail(failure, error);
	if (asker->container->is_host || !caller->admit ||
		caller->admit(lx_cgroup_id(asker->container->cgroup), caller->data))
		return true;
	lx_error_set(error, EIO,
		"showing cgroups to the container %s: it has ended too many workers",
		asker->container->id);
	return false;
}

/* ---- Where his container lies ------------------------------------------------------------ */

void lx_bounds_clear(LxBounds *bounds)
{
	g_clear_pointer(&bounds->top, g_free);
	g_clear_pointer(&bounds->base, g_free);
}

/*
 * Where the container's cgroup lies now. v2 renames nothing. On v1 the root of a cgroup namespace
 * may have been renamed since it was found. Whoever is not rooted was found by a name: if that is
 * not the cgroup's any more, it may be another one's, and he is to be looked for afresh.
 */
static char *path_of(const LxAsker *asker, unsigned hierarchy, LxLevel *level, GError **error)
{
	const LxRoot *root = &asker->view->roots.roots[hierarchy];
	g_autofree char *path = NULL;
	struct stat status;

	if (lx_level_is_v2(level) ||
		lx_root_leads_to(root, lx_level_path(level), lx_level_id(level), &status))
		return g_strdup(lx_level_path(level));
	path = lx_root_path(root, lx_level_folder(level), error);
	if (!path || asker->rooted || strcmp(path, lx_level_path(level)) == 0)
		return g_steal_pointer(&path);
	lx_identity_forget(asker->view->identity, asker->container);
	lx_error_set(error, ENOENT, "looking for the container %s: its cgroup %s is now called %s",
		asker->container->id, lx_level_path(level), path);
	return NULL;
}

bool lx_asker_bounds(const LxAsker *asker, unsigned hierarchy, LxBounds *out, GError **error)
{
	const LxContainer *container = asker->container;
	LxBounds bounds = {.all = container->is_host};
	LxLevel *level =
		container->is_host ? NULL : lx_cgroup_hierarchy_level(container->cgroup, hierarchy);

	if (level) {
		bounds.top = path_of(asker, hierarchy, level, error);
		if (!bounds.top)
			return false;
	} else if (container->is_host) {
		bounds.top = g_strdup("");
	}
	bounds.base = g_strdup(asker->rooted && bounds.top ? bounds.top : "");
	lx_bounds_clear(out);
	*out = bounds;
	return true;
}

/* ---- What he may do ---------------------------------------------------------------------- */

static GArray *read_map(const LxTask *task, const char *name, GError **error)
{
	g_auto(LxText) text = {0};

	return lx_task_read(task, name, &text, error)
		       ? lx_credentials_parse_map(lx_text_slice(&text), name, error)
		       : NULL;
}

static bool read_user_namespace(LxAsker *asker, const LxTask *task, GError **error)
{
	LxCredentials *credentials = &asker->credentials;
	struct stat status;

	if (asker->view->user_namespace == 0)
		return true;
	if (fstatat(task->folder, "ns/user", &status, 0) < 0) {
		lx_error_set_errno(
			error, errno, "asking task %d for its user namespace", (int)task->tid);
		return false;
	}
	credentials->foreign = status.st_ino != asker->view->user_namespace;
	if (!credentials->foreign)
		return true;
	credentials->uid_map = read_map(task, "uid_map", error);
	credentials->gid_map = credentials->uid_map ? read_map(task, "gid_map", error) : NULL;
	return credentials->gid_map != NULL;
}

static bool read_credentials(LxAsker *asker, GError **error)
{
	LxCredentials *credentials = &asker->credentials;
	g_auto(LxTask) task = LX_TASK_NONE;
	g_auto(LxText) status = {0};

	if (!lx_task_open(asker->view->root, asker->caller->tid, &task, error) ||
		!lx_task_read(&task, "status", &status, error) ||
		!lx_credentials_parse(lx_text_slice(&status), "status", credentials, error) ||
		!read_user_namespace(asker, &task, error))
		return false;
	credentials->uid = asker->caller->uid;
	credentials->gid = asker->caller->gid;
	asker->has_credentials = true;
	return true;
}

bool lx_asker_act(LxAsker *asker, const struct stat *on, LxActing *acting, GError **error)
{
	const LxCredentials *credentials = &asker->credentials;
	GError *failure = NULL;

	if (!asker->view->live)
		return true;
	if (!asker->has_credentials && !read_credentials(asker, &failure))
		return fail(failure, error);
	if (!lx_credentials_assume(credentials, lx_credentials_over(credentials, on), error))
		return false;
	*acting = true;
	return true;
}

bool lx_asker_act_unless_free(
	LxAsker *asker, const struct stat *on, mode_t needed, LxActing *acting, GError **error)
{
	return lx_asker_is_free(on, needed) || lx_asker_act(asker, on, acting, error);
}
