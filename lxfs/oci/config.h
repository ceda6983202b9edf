/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What lxfs reads of a bundle's config.json, and what it adds to it. */
#pragma once

#include "lxfs.h"

/* Far more than any runtime writes. */
#define LX_CONFIG_MAX_BYTES ((size_t)4 << 20)
#define LX_CONFIG_ANNOTATION "lxfs.io/inject"
#define LX_CONFIG_ANNOTATION_AFFINITY "lxfs.io/affinity"
#define LX_CONFIG_ANNOTATION_CGROUP "lxfs.io/cgroup"

typedef struct {
	char *rootfs;  /* as written: absolute, or below the bundle */
	bool wanted;   /* the annotation does not say "disabled" */
	bool cgroup;   /* it asks for the cgroup view, by an annotation */
	bool affinity; /* sched_getaffinity(2) is to be answered, too: the annotation says "enabled"
			*/
	bool hooked;   /* `lxfs hook` is among its hooks */
	bool masks;    /* it hides files below /proc or /sys, or makes them read-only */
	GPtrArray *mounts; /* where it mounts something itself: paths in the container, made
			      canonical */
} LxOciConfig;

void lx_config_clear(LxOciConfig *config);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxOciConfig, lx_config_clear)

/* EINVAL: it is no configuration, or an annotation is neither "enabled" nor "disabled". */
bool lx_config_parse(const char *text, size_t length, LxOciConfig *out,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the container's own configuration mounts something at this path or above it, short of
 * /proc and /sys themselves. */
bool lx_config_mounts_at(const LxOciConfig *config, const char *path);

/*
 * The text with `arguments` (argv[0] first, NULL-terminated) as the last hook of createRuntime, run
 * as `program`; everything else stays as it is. For g_free.
 */
char *lx_config_with_hook(const char *text, size_t length, const char *program,
	const char *const *arguments, GError **error) G_GNUC_WARN_UNUSED_RESULT;
