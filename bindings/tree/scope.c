/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For whom a node is asked: the caller's own container, or the one that the node names. */
#include "tree/scope.h"

#include <errno.h>

void lx_scope_clear(LxReading *reading)
{
	g_clear_pointer(&reading->container, lx_container_unref);
}

/* A caller that is not in our PID namespace, or that has gone, may still be told something. */
static LxContainer *find_caller(const LxCaller *caller, GError **error)
{
	g_autoptr(GError) failure = NULL;
	LxContainer *container = lx_identity_find(caller->context->identity, caller->tid, &failure);

	if (container)
		return container;
	if (lx_error_code(failure) != ESRCH) {
		g_propagate_error(error, g_steal_pointer(&failure));
		return NULL;
	}
	if (caller->context->settings.unknown_caller == LX_UNKNOWN_CALLER_HOST)
		return lx_container_new_host();
	lx_error_set(error, EACCES, "answering the caller %d: it cannot be seen from here",
		(int)caller->tid);
	return NULL;
}

/* The caller's own container, or the one it asks on behalf of. */
static LxContainer *find_own(const LxCaller *caller, GError **error)
{
	if (caller->context->settings.host_only || caller->container == LX_CALLER_HOST)
		return lx_container_new_host();
	if (caller->container)
		return lx_identity_find_inode(
			caller->context->identity, (uint32_t)caller->container, error);
	return find_caller(caller, error);
}

bool lx_scope_check_host(const LxCaller *caller, GError **error)
{
	g_autoptr(LxContainer) container = NULL;
	g_autoptr(GError) failure = NULL;

	if (!caller->context->identity) {
		lx_error_set(error, ENOENT, "showing containers/: none is known");
		return false;
	}
	container = lx_identity_find_named(caller->context->identity, caller->tid, &failure);
	if (container && container->is_host)
		return true;
	if (!container && lx_error_code(failure) != ESRCH) {
		g_propagate_error(error, g_steal_pointer(&failure));
		return false;
	}
	lx_error_set(error, EACCES, "showing containers/ to the caller %d: only the host sees it",
		(int)caller->tid);
	return false;
}

static LxContainer *find_scope(const LxCaller *caller, uint32_t scope, GError **error)
{
	if (scope == 0)
		return find_own(caller, error);
	if (!lx_scope_check_host(caller, error))
		return NULL;
	return lx_identity_find_inode(caller->context->identity, scope, error);
}

bool lx_scope_open(const LxCaller *caller, uint32_t scope, LxReading *out, GError **error)
{
	LxContainer *container = find_scope(caller, scope, error);

	if (!container)
		return false;
	if (!container->is_host && caller->admit &&
		!caller->admit(lx_cgroup_id(container->cgroup), caller->data)) {
		lx_container_unref(container);
		container = lx_container_new_host();
	}
	*out = (LxReading){
		.context = caller->context,
		.container = container,
		.tid = scope == 0 ? caller->tid : 0,
	};
	return true;
}

static bool may_retry(const LxReading *reading, int code, unsigned n)
{
	LxIdentity *identity = reading->context->identity;

	if (!identity)
		return false;
	if (code != ENOENT)
		return lx_identity_make_room(identity, code);
	if (n > 1 || reading->container->is_host)
		return false;
	lx_identity_forget(identity, reading->container);
	return true;
}

void lx_scope_note_failure(const LxReading *reading, const GError *failure, LxTries *tries)
{
	tries->again = may_retry(reading, lx_error_code(failure), ++tries->n);
}
