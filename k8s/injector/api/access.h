/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the API server is, and as whom it is asked: what a service account has in a pod. */
#pragma once

#include "lxfs.h"

typedef struct {
	char *url;        /* "https://10.0.0.1:443" */
	char *token_file; /* read anew for each request: the kubelet rotates it */
	char *ca_file;
} LxInjectAccess;

/* What is NULL becomes what a pod has. ENOENT: this is no pod, and no URL was given. */
bool lx_inject_access_complete(LxInjectAccess *access, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void lx_inject_access_clear(LxInjectAccess *access);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxInjectAccess, lx_inject_access_clear)

/* The namespace of this pod, for g_free; NULL: this is no pod. */
char *lx_inject_access_namespace(void);
/* "Bearer ...", for g_free. */
char *lx_inject_access_header(
	const LxInjectAccess *access, GError **error) G_GNUC_WARN_UNUSED_RESULT;
