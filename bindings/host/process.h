/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One task's files in /proc: state, start, number in its PID namespace, time namespace. A pid here
 * may be a thread id: /proc/TID answers for threads too, though it is never listed.
 */
#pragma once

#include "base/sysroot.h"
#include "facts/process.h"

/*
 * Parses /proc/PID/stat. The command name is whatever the task likes, blanks and parentheses
 * included: fields begin behind the last ')'.
 */
LX_MUST_CHECK bool lx_process_parse(LxSlice text, const char *what, LxProcess *out, GError **error);

/* Parses /proc/PID/status. A kernel without PID namespaces has no NSpid: the pid stands for it. */
LX_MUST_CHECK bool lx_process_parse_numbers(
	LxSlice text, const char *what, LxProcessNumbers *out, GError **error);

/* Parses /proc/PID/timens_offsets: the line "boottime", in nanoseconds; 0 without one. */
LX_MUST_CHECK bool lx_process_parse_boottime_offset(
	LxSlice text, const char *what, int64_t *out_nsec, GError **error);

/* Reads /proc/TID/stat. ESRCH when there is no such task. */
LX_MUST_CHECK bool lx_process_read(
	const LxSysroot *root, pid_t tid, LxProcess *out, GError **error);

/* Reads /proc/TID/status. ESRCH when there is no such task. */
LX_MUST_CHECK bool lx_process_read_numbers(
	const LxSysroot *root, pid_t tid, LxProcessNumbers *out, GError **error);

/* The last number of the line NSpid of /proc/TID/status: its pid in its own PID namespace. */
LX_MUST_CHECK bool lx_process_namespace_pid(
	const LxSysroot *root, pid_t tid, pid_t *out, GError **error);

/*
 * What a task's time namespace adds to CLOCK_BOOTTIME, in nanoseconds (time_namespaces(7),
 * /proc/PID/timens_offsets); 0 where the kernel has none. ESRCH when there is no such task.
 */
LX_MUST_CHECK bool lx_process_boottime_offset_nsec(
	const LxSysroot *root, pid_t tid, int64_t *out, GError **error);

/* Clock ticks (USER_HZ) to nanoseconds. */
uint64_t lx_process_ticks_nsec(uint64_t ticks);
