/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The answer to one system call of a container.
 *
 * The caller waits in the kernel, under a number that is never given twice. As long as the kernel
 * knows that number, thread id and memory are the caller's; so what was found by the thread id is
 * used only after the kernel has said once more that it does. The memory is opened before that
 * question and written to after it: an open /proc/PID/mem belongs to one address space for good.
 *
 * A caller that changes its memory meanwhile, or ends, harms itself: what is written is what it
 * asked for, and where.
 */
#include "calls/answer.h"

#include "clock.h"
#include "fd.h"
#include "serve/quarantine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* After so many deaths the kernel shall answer. */
#define DEATHS_MAX 2

#define X32_BIT 0x40000000

/* The largest mask that Linux can be built with: 8192 CPUs. */
#define MASK_WORDS 128

typedef struct {
	uint32_t arch;
	int number;
	LxCallKind kind;
} Known;

/*
 * Their numbers (arch/.../syscall*.tbl, include/uapi/asm-generic/unistd.h), for all architectures:
 * a kernel tells of its own ones only.
 */
static const Known known[] = {
	{AUDIT_ARCH_X86_64, 99, LX_CALL_SYSINFO},
	{AUDIT_ARCH_X86_64, 204, LX_CALL_AFFINITY},
	{AUDIT_ARCH_X86_64, X32_BIT | 99, LX_CALL_SYSINFO},
	{AUDIT_ARCH_X86_64, X32_BIT | 204, LX_CALL_AFFINITY},
	{AUDIT_ARCH_I386, 116, LX_CALL_SYSINFO_NARROW},
	{AUDIT_ARCH_AARCH64, 179, LX_CALL_SYSINFO},
	{AUDIT_ARCH_AARCH64, 123, LX_CALL_AFFINITY},
	{AUDIT_ARCH_ARM, 116, LX_CALL_SYSINFO_NARROW},
	{AUDIT_ARCH_RISCV64, 179, LX_CALL_SYSINFO},
	{AUDIT_ARCH_RISCV64, 123, LX_CALL_AFFINITY},
	{AUDIT_ARCH_S390X, 116, LX_CALL_SYSINFO},
	{AUDIT_ARCH_S390X, 240, LX_CALL_AFFINITY},
	{AUDIT_ARCH_S390, 116, LX_CALL_SYSINFO_NARROW},
	{AUDIT_ARCH_PPC64LE, 116, LX_CALL_SYSINFO},
	{AUDIT_ARCH_PPC64LE, 223, LX_CALL_AFFINITY},
};

LxCallKind lx_answer_kind(const struct seccomp_data *data)
{
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
		if (known[i].arch == data->arch && known[i].number == data->nr)
			return known[i].kind;
	return LX_CALL_UNKNOWN;
}

static bool admit(uint64_t container, gpointer data)
{
	return !lx_quarantine_holds(data, container, lx_clock_now_nsec(CLOCK_BOOTTIME));
}

/* ---- What is told ------------------------------------------------------------------------ */

typedef struct {
	GString *bytes;
	uint64_t address; /* where they go */
	int64_t value;    /* what the call returns */
} Answer;

/* The last of the line NSpid is the number in the thread's own PID namespace (proc_pid_status(5)).
 */
bool lx_answer_is_own_number(const char *status, pid_t number)
{
	static const char key[] = "\nNSpid:";
	const char *line = strstr(status, key);
	g_autofree char *numbers = NULL;
	const char *last;

	if (line == NULL)
		return false;
	line += sizeof key - 1;
	numbers = g_strndup(line, strcspn(line, "\n"));
	last = strrchr(numbers, '\t');
	return last != NULL && number > 0 && g_ascii_strtoll(last, NULL, 10) == number;
}

/* pthread_getaffinity_np(3) names the calling thread by its number, sched_getaffinity(2) by 0. */
static bool is_the_caller(pid_t tid, pid_t named)
{
	char path[64];
	g_autofree char *status = NULL;

	if (named == 0)
		return true;
	g_snprintf(path, sizeof path, "/proc/%d/status", (int)tid);
	return g_file_get_contents(path, &status, NULL, NULL) &&
	       lx_answer_is_own_number(status, named);
}

typedef bool (*Make)(
	const LxCaller *caller, const struct seccomp_data *data, Answer *answer, GError **error);

static bool make_sysinfo(
	const LxCaller *caller, const struct seccomp_data *data, Answer *answer, GError **error)
{
	answer->address = data->args[0];
	return lx_tree_sysinfo(caller, false, answer->bytes, error);
}

static bool make_sysinfo_narrow(
	const LxCaller *caller, const struct seccomp_data *data, Answer *answer, GError **error)
{
	answer->address = data->args[0];
	return lx_tree_sysinfo(caller, true, answer->bytes, error);
}

/*
 * sched_getaffinity(pid, length, mask) returns how many bytes it has written. The kernel says what
 * a call of this length gives; what it refuses it shall refuse itself.
 */
static bool make_affinity(
	const LxCaller *caller, const struct seccomp_data *data, Answer *answer, GError **error)
{
	uint64_t mask[MASK_WORDS] = {0};
	unsigned length = (unsigned)data->args[1];
	long n;

	if (!is_the_caller(caller->tid, (pid_t)data->args[0])) {
		lx_error_set(error, ENODATA, "sched_getaffinity of another thread");
		return false;
	}
	n = syscall(SYS_sched_getaffinity, caller->tid, MIN(length, sizeof mask), mask);
	if (n < 0) {
		lx_error_set_errno(
			error, errno, "sched_getaffinity of the caller %d", (int)caller->tid);
		return false;
	}
	if (!lx_tree_affinity(caller, mask, (size_t)n / sizeof mask[0], error))
		return false;
	g_string_append_len(answer->bytes, (const char *)mask, n);
	answer->address = data->args[2];
	answer->value = n;
	return true;
}

static const Make makes[] = {
	[LX_CALL_SYSINFO] = make_sysinfo,
	[LX_CALL_SYSINFO_NARROW] = make_sysinfo_narrow,
	[LX_CALL_AFFINITY] = make_affinity,
};

static bool make(
	LxContext *context, LxEstate *estate, const struct seccomp_notif *call, Answer *answer)
{
	const LxCaller caller = {
		.context = context,
		.tid = (pid_t)call->pid,
		.admit = admit,
		.data = estate,
	};
	LxCallKind kind = lx_answer_kind(&call->data);
	g_autoptr(GError) error = NULL;

	if (kind == LX_CALL_UNKNOWN || call->pid == 0)
		return false;
	if (makes[kind](&caller, &call->data, answer, &error))
		return true;
	g_debug("%s", error->message);
	return false;
}

/* ---- How it gets there ------------------------------------------------------------------- */

static int open_memory(pid_t tid)
{
	char path[64];

	g_snprintf(path, sizeof path, "/proc/%d/mem", (int)tid);
	return open(path, O_WRONLY | O_CLOEXEC);
}

/* Half an answer is none. */
static int write_memory(int memory, uint64_t address, const GString *bytes)
{
	ssize_t written = pwrite(memory, bytes->str, bytes->len, (off_t)address);

	return written == (ssize_t)bytes->len ? 0 : EFAULT;
}

/* The kernel carries it out itself. */
static void let_through(struct seccomp_notif_resp *out)
{
	out->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
}

static void tell(struct seccomp_notif_resp *out, const Answer *answer, int memory)
{
	int code = write_memory(memory, answer->address, answer->bytes);

	out->val = code == 0 ? answer->value : 0;
	out->error = -code;
}

/* Without a context the kernel shall answer. */
static bool find(LxContext *context, LxEstate *estate, const struct seccomp_notif *call,
	int listener, struct seccomp_notif_resp *out)
{
	g_autoptr(GString) bytes = g_string_sized_new(128);
	Answer told = {.bytes = bytes};
	bool made = context && make(context, estate, call, &told);
	g_auto(LxFd) memory = made ? open_memory((pid_t)call->pid) : -1;

	if (!lx_listener_waits(listener, call->id))
		return false;
	*out = (struct seccomp_notif_resp){.id = call->id};
	if (memory < 0)
		let_through(out);
	else
		tell(out, &told, memory);
	return true;
}

static LxCallOutcome outcome_of(const struct seccomp_notif_resp *told)
{
	if (told->flags & SECCOMP_USER_NOTIF_FLAG_CONTINUE)
		return LX_CALL_CONTINUED;
	return told->error ? LX_CALL_FAILED : LX_CALL_ANSWERED;
}

bool lx_answer_make(LxContext *context, LxEstate *estate, const LxListenerRow *row, int listener,
	struct seccomp_notif_resp *out)
{
	struct seccomp_notif call;
	LxCallOutcome outcome = LX_CALL_GONE;

	memcpy(&call, row->call, sizeof call);
	if (find(row->deaths < DEATHS_MAX ? context : NULL, estate, &call, listener, out))
		outcome = outcome_of(out);
	atomic_fetch_add(&estate->header->calls[lx_answer_kind(&call.data)][outcome], 1);
	return outcome != LX_CALL_GONE;
}

void lx_answer_next(LxContext *context, LxEstate *estate, unsigned at, int listener)
{
	LxListenerRow *row = &estate->listener_rows[at];
	struct seccomp_notif *received = (void *)row->call;
	struct seccomp_notif_resp response;

	if (received->id == 0 && !lx_listener_receive(listener, received))
		return;
	if (lx_answer_make(context, estate, row, listener, &response))
		lx_listener_respond(listener, &response);
	memset(row->call, 0, sizeof row->call);
	row->deaths = 0;
}
