/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The signals that the supervisor is told of: by a descriptor, at a moment of its choosing. */
#pragma once

/*
 * Blocks SIGCHLD, SIGTERM, SIGINT and SIGHUP, with their default actions whatever the program was
 * started with, and gives the signalfd(2) on which they arrive.
 */
int lx_signals_block(void);
