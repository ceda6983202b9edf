/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One task's files in /proc: state, start, number in its PID namespace, time namespace. */
#include "host/process.h"

#include <errno.h>
#include <unistd.h>

#include "base/number.h"

#define NSEC_PER_SEC 1000000000

/* Words between the parent (field 4), the flags (field 9) and the start time (field 22) of
 * /proc/PID/stat. */
#define WORDS_BEFORE_FLAGS 4
#define WORDS_BEFORE_START 12

/* Of include/linux/sched.h. */
#define PF_EXITING 0x4u

static bool scan_pid(LxSlice *rest, pid_t *out)
{
	uint64_t pid;

	if (!lx_scan_u64(rest, &pid) || pid > INT32_MAX)
		return false;
	*out = (pid_t)pid;
	return true;
}

static bool skip_words(LxSlice *rest, unsigned n)
{
	LxSlice word;

	while (n > 0 && lx_scan_word(rest, &word))
		n--;
	return n == 0;
}

/* What is behind the last ')' of "12 (a) b) S 1 ...". */
static bool skip_command(LxSlice *rest)
{
	const char *end = rest->length ? memrchr(rest->at, ')', rest->length) : NULL;

	if (!end)
		return false;
	rest->length -= (size_t)(end + 1 - rest->at);
	rest->at = end + 1;
	return true;
}

static bool scan_flags(LxSlice *rest, LxProcess *process)
{
	LxSlice word;
	uint64_t flags;

	if (!lx_scan_word(rest, &word))
		return false;
	process->exiting = process->state == 'Z' || process->state == 'X' ||
			   (lx_slice_u64(word, &flags) && (flags & PF_EXITING));
	return true;
}

static bool scan_stat(LxSlice rest, LxProcess *process)
{
	LxSlice state;

	if (!scan_pid(&rest, &process->pid) || !skip_command(&rest))
		return false;
	if (!lx_scan_word(&rest, &state) || state.length != 1)
		return false;
	process->state = state.at[0];
	return scan_pid(&rest, &process->parent) && skip_words(&rest, WORDS_BEFORE_FLAGS) &&
	       scan_flags(&rest, process) && skip_words(&rest, WORDS_BEFORE_START) &&
	       lx_scan_u64(&rest, &process->start_ticks);
}

bool lx_process_parse(LxSlice text, const char *what, LxProcess *out, GError **error)
{
	LxProcess process = {0};

	if (!scan_stat(text, &process)) {
		lx_error_set(error, EINVAL, "parsing %s: \"%.*s\" is no task's state", what,
			(int)MIN(text.length, 100), text.length ? text.at : "");
		return false;
	}
	*out = process;
	return true;
}

/* -1 is "not seen yet". The last number of a line is the only one where there is but one. */
static bool scan_last_pid(LxSlice line, pid_t *out)
{
	pid_t pid = -1;

	while (scan_pid(&line, &pid))
		;
	if (pid < 0 || lx_slice_trim(line).length > 0)
		return false;
	if (*out < 0)
		*out = pid;
	return true;
}

static bool scan_status_line(LxSlice line, LxProcessNumbers *numbers)
{
	LxSlice key;

	if (!lx_scan_until(&line, ':', &key))
		return true;
	if (lx_slice_equal(key, "Tgid"))
		return scan_last_pid(line, &numbers->group);
	if (lx_slice_equal(key, "Pid"))
		return scan_last_pid(line, &numbers->pid);
	if (lx_slice_equal(key, "NSpid"))
		return scan_last_pid(line, &numbers->namespace_pid);
	return true;
}

bool lx_process_parse_numbers(LxSlice text, const char *what, LxProcessNumbers *out, GError **error)
{
	LxProcessNumbers numbers = {-1, -1, -1};
	LxSlice rest = text, line;

	for (unsigned n = 1; lx_scan_line(&rest, &line); n++) {
		if (!scan_status_line(line, &numbers)) {
			lx_error_set(error, EINVAL, "parsing %s, line %u: \"%.*s\" is no pid", what,
				n, (int)MIN(line.length, 100), line.at);
			return false;
		}
	}
	if (numbers.pid < 0 || numbers.group < 0) {
		lx_error_set(error, EINVAL, "parsing %s: it has no %s", what,
			numbers.pid < 0 ? "Pid" : "Tgid");
		return false;
	}
	if (numbers.namespace_pid < 0)
		numbers.namespace_pid = numbers.pid;
	*out = numbers;
	return true;
}

static int64_t offset_nsec(int64_t seconds, int64_t nsec)
{
	int64_t offset;

	if (__builtin_mul_overflow(seconds, (int64_t)NSEC_PER_SEC, &offset) ||
		__builtin_add_overflow(offset, nsec, &offset))
		return seconds < 0 ? INT64_MIN : INT64_MAX;
	return offset;
}

bool lx_process_parse_boottime_offset(
	LxSlice text, const char *what, int64_t *out_nsec, GError **error)
{
	LxSlice rest = text, line, clock, seconds_word, nsec_word;
	int64_t seconds, nsec;

	for (unsigned n = 1; lx_scan_line(&rest, &line); n++) {
		if (!lx_scan_word(&line, &clock) || !lx_slice_equal(clock, "boottime"))
			continue;
		if (!lx_scan_word(&line, &seconds_word) || !lx_scan_word(&line, &nsec_word) ||
			!lx_slice_i64(seconds_word, &seconds) || !lx_slice_i64(nsec_word, &nsec)) {
			lx_error_set(error, EINVAL, "parsing %s, line %u: no offset", what, n);
			return false;
		}
		*out_nsec = offset_nsec(seconds, nsec);
		return true;
	}
	*out_nsec = 0;
	return true;
}

static char *task_path(pid_t tid, const char *file)
{
	return g_strdup_printf("proc/%d/%s", (int)tid, file);
}

/* A task that has gone leaves no folder (ENOENT), or one that answers nothing (ESRCH). */
static bool fail_missing(GError *failure, pid_t tid, GError **error)
{
	int code = lx_error_code(failure);

	if (code == ENOENT || code == ESRCH) {
		lx_error_set(error, ESRCH, "looking at task %d: there is none", (int)tid);
		g_error_free(failure);
	} else {
		g_propagate_error(error, failure);
	}
	return false;
}

static bool read_file(
	const LxSysroot *root, pid_t tid, const char *path, LxText *out, GError **error)
{
	GError *failure = NULL;

	return lx_sysroot_read(root, path, out, &failure) || fail_missing(failure, tid, error);
}

bool lx_process_read(const LxSysroot *root, pid_t tid, LxProcess *out, GError **error)
{
	g_autofree char *path = task_path(tid, "stat");
	g_auto(LxText) text = {0};

	return read_file(root, tid, path, &text, error) &&
	       lx_process_parse(lx_text_slice(&text), path, out, error);
}

bool lx_process_read_numbers(
	const LxSysroot *root, pid_t tid, LxProcessNumbers *out, GError **error)
{
	g_autofree char *path = task_path(tid, "status");
	g_auto(LxText) text = {0};

	return read_file(root, tid, path, &text, error) &&
	       lx_process_parse_numbers(lx_text_slice(&text), path, out, error);
}

bool lx_process_namespace_pid(const LxSysroot *root, pid_t tid, pid_t *out, GError **error)
{
	LxProcessNumbers numbers;

	if (!lx_process_read_numbers(root, tid, &numbers, error))
		return false;
	*out = numbers.namespace_pid;
	return true;
}

/*
 * The file tells of the time namespace that the task's children will be born into. A task that has
 * made one for them stays in its own (time_namespaces(7)), whose offsets nothing shows: the host's.
 */
static bool is_for_children_only(const LxSysroot *root, pid_t tid)
{
	g_autofree char *own_path = task_path(tid, "ns/time");
	g_autofree char *children_path = task_path(tid, "ns/time_for_children");
	g_autofree char *own = lx_sysroot_readlink(root, own_path, NULL);
	g_autofree char *children = lx_sysroot_readlink(root, children_path, NULL);

	return own && children && strcmp(own, children) != 0;
}

static bool task_exists(const LxSysroot *root, pid_t tid)
{
	g_autofree char *path = g_strdup_printf("proc/%d", (int)tid);

	return lx_sysroot_exists(root, path);
}

bool lx_process_boottime_offset_nsec(const LxSysroot *root, pid_t tid, int64_t *out, GError **error)
{
	g_autofree char *path = task_path(tid, "timens_offsets");
	g_auto(LxText) text = {0};
	GError *failure = NULL;
	int64_t offset;

	if (!lx_sysroot_read(root, path, &text, &failure)) {
		if (lx_error_code(failure) != ENOENT || !task_exists(root, tid))
			return fail_missing(failure, tid, error);
		g_error_free(failure);
		*out = 0;
		return true;
	}
	if (!lx_process_parse_boottime_offset(lx_text_slice(&text), path, &offset, error))
		return false;
	*out = offset != 0 && is_for_children_only(root, tid) ? 0 : offset;
	return true;
}

uint64_t lx_process_ticks_nsec(uint64_t ticks)
{
	return lx_number_scale(ticks, NSEC_PER_SEC, (uint64_t)MAX(sysconf(_SC_CLK_TCK), 1));
}
