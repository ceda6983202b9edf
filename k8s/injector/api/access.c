/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the API server is, and as whom it is asked. */
#include "api/access.h"

#include <errno.h>
#include <string.h>

#define ACCOUNT "/var/run/secrets/kubernetes.io/serviceaccount/"

void lx_inject_access_clear(LxInjectAccess *access)
{
	g_clear_pointer(&access->url, g_free);
	g_clear_pointer(&access->token_file, g_free);
	g_clear_pointer(&access->ca_file, g_free);
}

static char *url_of_pod(void)
{
	const char *host = g_getenv("KUBERNETES_SERVICE_HOST");
	const char *port = g_getenv("KUBERNETES_SERVICE_PORT");
	bool is_ipv6 = host && strchr(host, ':');

	if (!host || !port)
		return NULL;
	return g_strdup_printf(is_ipv6 ? "https://[%s]:%s" : "https://%s:%s", host, port);
}

bool lx_inject_access_complete(LxInjectAccess *access, GError **error)
{
	if (!access->url)
		access->url = url_of_pod();
	if (!access->token_file)
		access->token_file = g_strdup(ACCOUNT "token");
	if (!access->ca_file)
		access->ca_file = g_strdup(ACCOUNT "ca.crt");
	if (access->url)
		return true;
	lx_error_set(error, ENOENT,
		"finding the API server: KUBERNETES_SERVICE_HOST is not set, so this is no pod; "
		"name it with --api-server, or answer a file with --review");
	return false;
}

char *lx_inject_access_namespace(void)
{
	char *name = NULL;

	if (!g_file_get_contents(ACCOUNT "namespace", &name, NULL, NULL))
		return NULL;
	return g_strstrip(name);
}

char *lx_inject_access_header(const LxInjectAccess *access, GError **error)
{
	g_autofree char *token = NULL;
	g_autoptr(GError) failure = NULL;

	if (g_file_get_contents(access->token_file, &token, NULL, &failure))
		return g_strconcat("Bearer ", g_strstrip(token), NULL);
	lx_error_set(error, ENOENT, "reading the service account's token: %s", failure->message);
	return NULL;
}
