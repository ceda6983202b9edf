/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The lines of /proc/diskstats as the kernel prints them (block/genhd.c, diskstats_show;
 * admin-guide/iostats.rst): 20 columns, sectors of 512 bytes, milliseconds. Pure.
 */
#pragma once

#include "model/diskstats.h"

/* Appends a line for each row; nothing for none. */
void lx_render_diskstats(const LxDiskstats *diskstats, GString *to);
