/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The bundle of a container: the folder with its config.json. Whoever could put a symbolic link, a
 * pipe or something endless there could have us read and write elsewhere, so none is followed.
 */
#pragma once

#include "lxfs.h"

typedef struct {
	int folder;
	int config; /* config.json, a regular file */
	char *path; /* of the folder, for messages */
} LxBundle;

/* Clear with lx_bundle_clear; starts as LX_BUNDLE_NONE. */
#define LX_BUNDLE_NONE \
	{ \
		.folder = -1, .config = -1 \
	}
void lx_bundle_clear(LxBundle *bundle);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxBundle, lx_bundle_clear)

bool lx_bundle_open(const char *path, LxBundle *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The text of config.json, NUL-terminated, for g_free. One that is larger than any is refused
 * (EFBIG). */
char *lx_bundle_read(
	const LxBundle *bundle, size_t *out_length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * Another text in its place, with the same mode and owner; a reader sees the old one or the new
 * one. After a failure the old one is there, and nothing else.
 */
bool lx_bundle_replace(
	const LxBundle *bundle, const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
