/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One task's files in /proc: state, start, number in its PID namespace, time namespace. */
#pragma once

#include "base/sysroot.h"
#include "facts/process.h"

/*
 * Parses /proc/PID/stat. The command name is whatever the task likes, blanks and parentheses
 * included: fields begin behind the last ')'.
 */
LX_MUST_CHECK bool lx_process_parse(LxSlice text, const char *what, LxProcess *out, GError **error);

/* Reads /proc/TID/stat. ESRCH when there is no such task. */
LX_MUST_CHECK bool lx_process_read(
	const LxSysroot *root, pid_t tid, LxProcess *out, GError **error);

/* The last number of the line NSpid of /proc/TID/status: its pid in its own PID namespace. */
LX_MUST_CHECK bool lx_process_namespace_pid(
	const LxSysroot *root, pid_t tid, pid_t *out, GError **error);

/*
 * What a task's time namespace adds to CLOCK_BOOTTIME, in nanoseconds (time_namespaces(7),
 * /proc/PID/timens_offsets); 0 where the kernel has none.
 */
LX_MUST_CHECK bool lx_process_boottime_offset_nsec(
	const LxSysroot *root, pid_t tid, int64_t *out, GError **error);

/* Clock ticks (USER_HZ) to nanoseconds. */
uint64_t lx_process_ticks_nsec(uint64_t ticks);
