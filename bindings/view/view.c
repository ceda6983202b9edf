/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the view is made of. */
#include "view/view.h"

#include <sys/stat.h>

LxCgroupTree *lx_view_new(const LxSysroot *root, const LxLayout *layout, LxIdentity *identity,
	bool effective, GError **error)
{
	g_autoptr(LxCgroupTree) view = g_new0(LxCgroupTree, 1);
	struct stat status;

	view->root = root;
	view->layout = layout;
	view->identity = identity;
	view->kept = lx_kept_files_new();
	view->effective = effective;
	view->live = lx_sysroot_is_live(root);
	if (lx_sysroot_stat(root, "proc/self/ns/user", true, &status, NULL))
		view->user_namespace = status.st_ino;
	lx_delegation_init(&view->delegation, root);
	if (!lx_roots_init(&view->roots, root, layout, error))
		return NULL;
	return g_steal_pointer(&view);
}

void lx_view_free(LxCgroupTree *view)
{
	if (!view)
		return;
	lx_kept_files_free(view->kept);
	lx_delegation_clear(&view->delegation);
	lx_roots_clear(&view->roots);
	g_free(view);
}

bool lx_view_release(LxCgroupTree *view)
{
	return view && lx_kept_files_release(view->kept);
}
