/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the supervisor learns from a worker's death: which request it died on, and for which
 * container. A request that has killed two workers is answered EIO; a container whose requests have
 * killed three gets the host's own text for a while. Reads nothing but numbers that the kernel and
 * the worker wrote into the estate.
 */
#pragma once

#include "serve/estate.h"

/* `by_own_fault`: it crashed or exited, rather than being killed from outside. */
void lx_quarantine_note_death(LxEstate *estate, bool by_own_fault, uint64_t now_nsec);
