/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which thread's request a worker died on: noted in the estate by the handler of fatal signals. */
#pragma once

#include "serve/front.h"

/* Call once, before the FUSE threads start. */
void lx_fatal_watch(LxEstate *estate, const LxFront *front);
