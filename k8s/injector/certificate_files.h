/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A certificate and its key from files that somebody else keeps, cert-manager for one. */
#pragma once

#include "front/server.h"

typedef struct LxInjectCertificateFiles LxInjectCertificateFiles;

/* Loads them into the server now, and again whenever they change. Main thread; all is borrowed. */
LxInjectCertificateFiles *lx_inject_certificate_files_new(LxInjectServer *server,
	const char *certificate, const char *key, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void lx_inject_certificate_files_free(LxInjectCertificateFiles *files);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxInjectCertificateFiles, lx_inject_certificate_files_free)
