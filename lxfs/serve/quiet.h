/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Waiting for the last readers, before a stop that is meant: once nobody new finds the views, those
 * who had found them finish. What the kernel still has to hand out, what threads are at work on,
 * and open files all stand in descriptors and memory that the supervisor holds.
 */
#pragma once

#include "serve/estate.h"

/*
 * Returns when nothing has been read for a moment, or after some seconds: whoever keeps a file
 * open for good is not waited for. Triggers are such, and do not count.
 */
void lx_quiet_wait(const LxEstate *estate);

/* Is a request waiting or being answered, or a file open that somebody may read on? */
bool lx_quiet_is_disturbed(const LxEstate *estate);
