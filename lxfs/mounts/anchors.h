/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Anchors: RUNTIME/anchors/proc/meminfo and so on, what containers bind (with propagation rslave).
 *
 * RUNTIME/anchors is a tmpfs of its own with shared propagation. Each anchor has the host's own
 * file at the bottom, and the file that lxfs serves on top of it as long as lxfs serves. What is
 * put on top later reaches every container at once, with nothing done inside it.
 *
 * A container follows the mount that was on top when it was started, and no other. So a mount that
 * somebody holds is never simply taken away: it is parked as RUNTIME/anchors/held/GROUP, an anchor
 * like the others, and goes when its last holder has gone. An anchor thus has never more than two
 * mounts, a parked one three, however often everything was lost.
 *
 * Nothing here may be called from a thread or process that must not hang: putting a served file on
 * top asks the worker. Failures with single anchors are logged; the others are done all the same.
 */
#pragma once

#include "lxfs.h"

/* RUNTIME/anchors, for g_free. */
char *lx_anchors_folder(const char *runtime_dir);

/* Makes the anchors that are missing, with the host's own files. */
bool lx_anchors_make(const char *runtime_dir, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * Puts what is served at the mount point on top of every anchor, and takes away what died there.
 * Does nothing where it is on top already.
 */
bool lx_anchors_raise(
	const char *runtime_dir, const char *mountpoint, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * Gives everybody the host's own files: before a stop that is meant, or when nothing serves. No
 * reader sees an error in between. Quiet when there are no anchors.
 */
bool lx_anchors_lower(const char *runtime_dir, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Lowers, and removes RUNTIME/anchors; containers keep the host's files. For good: they follow
 * nothing any more. */
bool lx_anchors_purge(const char *runtime_dir, GError **error) G_GNUC_WARN_UNUSED_RESULT;
