/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A certificate and its key from files that somebody else keeps. */
#include "certificate_files.h"

#include "log.h"
#include "tls/facts.h"

#include <errno.h>
#include <string.h>

/* The kubelet swaps a link over both: they are looked at rather than watched. */
#define LOOK_SEC 2

struct LxInjectCertificateFiles {
	LxInjectServer *server;
	const char *paths[2]; /* the certificate's, the key's */
	LxInjectPair last;
	guint timer;
};

static char *read_file(const char *path, GError **error)
{
	g_autoptr(GError) failure = NULL;
	char *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, &failure))
		lx_error_set(error, ENOENT, "loading the certificate: %s", failure->message);
	return text;
}

/* Read between two writes, they do not fit: then the next look sees both. */
static bool load(LxInjectCertificateFiles *files, GError **error)
{
	g_auto(LxInjectPair) now = {read_file(files->paths[0], error), NULL};

	now.key = now.certificate ? read_file(files->paths[1], error) : NULL;
	if (!now.key)
		return false;
	if (g_strcmp0(now.certificate, files->last.certificate) == 0 &&
		g_strcmp0(now.key, files->last.key) == 0)
		return true;
	if (!lx_inject_facts_of_pair(&now).present) {
		lx_error_set(error, EINVAL, "loading the certificate %s: %s is not its key",
			files->paths[0], files->paths[1]);
		return false;
	}
	if (!lx_inject_server_set_certificate(files->server, now.certificate, now.key, error))
		return false;
	lx_inject_pair_move(&files->last, &now);
	lx_inject_server_set_obstacle(files->server, NULL);
	lx_inject_log("info", "certificates", "what", "loaded from files");
	return true;
}

static gboolean on_look(gpointer data)
{
	g_autoptr(GError) error = NULL;

	if (!load(data, &error))
		lx_inject_log(
			"warning", "the certificate stays the last one", "why", error->message);
	return G_SOURCE_CONTINUE;
}

LxInjectCertificateFiles *lx_inject_certificate_files_new(
	LxInjectServer *server, const char *certificate, const char *key, GError **error)
{
	LxInjectCertificateFiles *files = g_new0(LxInjectCertificateFiles, 1);

	files->server = server;
	files->paths[0] = certificate;
	files->paths[1] = key;
	if (!load(files, error)) {
		lx_inject_certificate_files_free(files);
		return NULL;
	}
	files->timer = g_timeout_add_seconds(LOOK_SEC, on_look, files);
	return files;
}

void lx_inject_certificate_files_free(LxInjectCertificateFiles *files)
{
	if (!files)
		return;
	if (files->timer)
		g_source_remove(files->timer);
	lx_inject_pair_clear(&files->last);
	g_free(files);
}
