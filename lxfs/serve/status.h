/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * RUNTIME/status: what other programs, `lxfs reload` first of all, may know of the supervisor. A
 * GKeyFile with one group, [lxfs].
 */
#pragma once

#include "serve/estate.h"

typedef struct {
	char *version; /* of the program that serves */
	uint64_t generation;
	uint64_t reloads; /* that have ended */
	LxReloadOutcome outcome;
	char *message;
} LxStatus;

void lx_status_clear(LxStatus *status);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxStatus, lx_status_clear)

/* A reload has ended: counts it and says how. */
void lx_status_conclude_reload(
	LxEstateHeader *header, LxReloadOutcome outcome, const char *message);

/* Quiet about failures. */
void lx_status_write(const char *runtime_dir, const LxEstateHeader *header);
/* With the worker's metrics: nobody serves any more. */
void lx_status_remove(const char *runtime_dir);
/* ENOENT when nobody has written it. */
bool lx_status_read(
	const char *runtime_dir, LxStatus *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;
