/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the supervisor has done by others once its worker serves, and before it stops: the mount
 * inside the views, the anchors (mounts/anchors.h), healing (mounts/heal.h). Looking a path of ours
 * up asks the worker, which may die of it; so nothing of this is done in the supervisor itself.
 */
#pragma once

#include "serve/estate.h"
#include "settings.h"

/*
 * Starts a child that mounts what lies inside the views (`inner_mounts`, by kind of connection; -1:
 * it is there; they are closed here) and raises the anchors. Its pid, to be waited for; 0 when
 * there is none. It ends within 10 seconds, or when a worker answers.
 */
pid_t lx_settle_start(LxEstate *estate, const LxProgramSettings *settings, int *inner_mounts);

/* Starts `lxfs heal` for what this instance had served before all was lost. Waits for nothing. */
void lx_settle_heal(const LxProgramSettings *settings);

/*
 * Before a stop that is meant: the views are unmounted, and everybody gets the host's own files.
 * Call while the worker serves: whoever has a file open is given a moment to read it to the end.
 */
void lx_settle_undo(LxEstate *estate, const LxProgramSettings *settings);
