/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A thread that answers. Signals are the main thread's business; the fatal ones reach whoever
 * causes them.
 */
#pragma once

/* Detached. The errno; 0: it runs. */
int lx_thread_start(void *(*run)(void *data), void *data);
