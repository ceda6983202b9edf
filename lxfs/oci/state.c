/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state of a container as an OCI runtime tells its hooks. */
#include "oci/state.h"

#include "oci/json.h"

#include <errno.h>
#include <limits.h>

void lx_state_clear(LxOciState *state)
{
	g_clear_pointer(&state->id, g_free);
	g_clear_pointer(&state->bundle, g_free);
}

static const char *what_is_missing(const char *id, int64_t pid, const char *bundle)
{
	if (!id || id[0] == '\0')
		return "\"id\"";
	if (pid < 1 || pid > INT_MAX)
		return "\"pid\" of a process";
	if (!bundle || bundle[0] != '/')
		return "\"bundle\" with an absolute path";
	return NULL;
}

bool lx_state_parse(const char *text, size_t length, LxOciState *out, GError **error)
{
	g_autoptr(json_object) object = lx_json_parse(text, length, error);
	const char *id, *bundle, *missing;
	int64_t pid;

	if (!object)
		return false;
	id = lx_json_string(object, "id");
	pid = lx_json_integer(object, "pid");
	bundle = lx_json_string(object, "bundle");
	missing = what_is_missing(id, pid, bundle);
	if (missing) {
		lx_error_set(error, EINVAL, "it has no %s", missing);
		return false;
	}
	*out = (LxOciState){.id = g_strdup(id), .pid = (pid_t)pid, .bundle = g_strdup(bundle)};
	return true;
}
