/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The descriptors that this process may have: how many, and the room for them. */
#pragma once

/* As many as the hard limit (RLIMIT_NOFILE) allows: of every container a few dozen kernel files are
 * open. */
void lx_descriptors_raise_limit(void);

/*
 * Makes the kernel's table of our descriptors as large as it will be with many containers. To be
 * called before there are threads: where they share a table that must grow, whoever opens a file
 * waits for an RCU grace period, some ten milliseconds each time (expand_fdtable in fs/file.c).
 */
void lx_descriptors_make_room(void);
