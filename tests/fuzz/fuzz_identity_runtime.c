/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The runtime of a path; every id must be fit for a folder's name. */
#include <stdlib.h>

#include "identity/runtime.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *id)
{
	if (id[0] == '\0' || strchr(id, '/') || strcmp(id, ".") == 0 || strcmp(id, "..") == 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *path = g_strndup((const char *)data, size);
	g_autofree char *plain = lx_runtime_plain_id(path);
	g_autofree char *pod_uid = lx_runtime_pod_uid(path);
	g_auto(LxRuntime) runtime = {0};

	check(plain);
	if (pod_uid && strlen(pod_uid) != 36 && strlen(pod_uid) != 32)
		abort();
	if (!lx_runtime_recognise(path, &runtime))
		return 0;
	check(runtime.id);
	if (runtime.length > strlen(path))
		abort();
	return 0;
}
