/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The file systems that this instance has served since its runtime folder was made, as device
 * numbers in RUNTIME/devices: so that an instance can tell its own dead views from those of another
 * one. The kernel gives a number to nobody else as long as one dead mount is left of it.
 */
#pragma once

#include "mounts/served.h"

/* Remembers what is served now, besides what was. */
void lx_generations_note(const char *runtime_dir, const LxServed *served);

/* An array of uint64_t; empty when nothing is remembered. */
GArray *lx_generations_read(const char *runtime_dir);
bool lx_generations_contain(const GArray *devices, uint64_t device);
