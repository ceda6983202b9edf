/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Process and thread ids between our PID namespace and the asker's.
 *
 * Since Linux 6.11 the kernel translates in one call (ioctl_nsfs(2)). Before, the numbers that a
 * task has in all namespaces stand in its status, without their names: the one at the asker's level
 * counts if the namespace there, so many parents above the task's own, is the asker's.
 */
#include "view/pids.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "identity/pidns.h"

#ifndef NS_GET_PID_FROM_PIDNS
#define NS_GET_PID_FROM_PIDNS _IOR(NSIO, 0x6, int)
#endif
#ifndef NS_GET_PID_IN_PIDNS
#define NS_GET_PID_IN_PIDNS _IOR(NSIO, 0x8, int)
#endif

void lx_pids_clear(LxPids *pids)
{
	lx_fd_clear(&pids->fd);
}

/* ---- Texts ------------------------------------------------------------------------------- */

GArray *lx_pids_parse_nspid(LxSlice status)
{
	LxSlice rest = status, line, key;
	GArray *numbers;
	uint64_t number;

	while (lx_scan_line(&rest, &line)) {
		if (!lx_scan_until(&line, ':', &key) || !lx_slice_equal(key, "NSpid"))
			continue;
		numbers = g_array_new(FALSE, FALSE, sizeof(pid_t));
		while (lx_scan_u64(&line, &number)) {
			pid_t pid = number <= INT32_MAX ? (pid_t)number : 0;

			g_array_append_val(numbers, pid);
		}
		return numbers;
	}
	return NULL;
}

static int by_number(gconstpointer a, gconstpointer b)
{
	const pid_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static void print(const GArray *numbers, GString *out)
{
	for (guint i = 0; i < numbers->len; i++)
		g_string_append_printf(out, "%d\n", (int)g_array_index(numbers, pid_t, i));
}

void lx_pids_translate(LxSlice list, bool v2, LxPidsInward inward, gconstpointer data, GString *out)
{
	g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(pid_t));
	LxSlice rest = list, line;
	uint64_t number;

	while (lx_scan_line(&rest, &line)) {
		pid_t pid = 0;

		if (lx_slice_u64(line, &number) && number > 0 && number <= INT32_MAX)
			pid = inward(data, (pid_t)number);
		if (pid != 0 || v2)
			g_array_append_val(numbers, pid);
	}
	if (!v2)
		g_array_sort(numbers, by_number);
	print(numbers, out);
}

bool lx_pids_parse_written(LxSlice text, pid_t *out)
{
	g_autofree char *word = lx_slice_dup(lx_slice_trim(text));
	const char *digits = word[0] == '+' ? word + 1 : word;
	char *end;
	gint64 number;

	if (!g_ascii_isdigit(digits[0]) || strlen(word) > 20)
		return false;
	errno = 0;
	number = g_ascii_strtoll(digits, &end, 0);
	if (errno != 0 || *end != '\0' || number > INT32_MAX)
		return false;
	*out = (pid_t)number;
	return true;
}

/* ---- By the kernel's translation --------------------------------------------------------- */

static pid_t ask(const LxPids *pids, unsigned long question, pid_t number)
{
	int answer = ioctl(pids->fd, question, (unsigned long)number);

	return answer > 0 ? answer : 0;
}

/* The asker is in his own namespace, whatever his number: any other errno is a kernel's without. */
static bool can_ask(const LxPids *pids, pid_t tid)
{
	return ask(pids, NS_GET_PID_IN_PIDNS, tid) > 0;
}

/* ---- By NSpid ---------------------------------------------------------------------------- */

static GArray *numbers_of(const LxTask *task)
{
	g_auto(LxText) status = {0};

	return lx_task_read(task, "status", &status, NULL)
		       ? lx_pids_parse_nspid(lx_text_slice(&status))
		       : NULL;
}

/* Is the namespace so many parents above the task's own the asker's? */
static bool is_below(const LxPids *pids, const LxTask *task, guint parents)
{
	g_auto(LxFd) fd = lx_task_open_file(task, "ns/pid", NULL);

	for (; fd >= 0 && parents > 0; parents--) {
		int parent = lx_pidns_parent(fd);

		lx_fd_clear(&fd);
		fd = parent;
	}
	return lx_pidns_inode(fd) == pids->inode;
}

static pid_t look_inward(const LxPids *pids, pid_t outer)
{
	g_auto(LxTask) task = LX_TASK_NONE;
	g_autoptr(GArray) numbers = NULL;

	if (!lx_task_open(pids->root, outer, &task, NULL))
		return 0;
	numbers = numbers_of(&task);
	if (!numbers || numbers->len <= pids->level ||
		!is_below(pids, &task, numbers->len - 1 - pids->level))
		return 0;
	return g_array_index(numbers, pid_t, pids->level);
}

/* Among the numbers in a folder of /proc. */
static pid_t search(const LxPids *pids, const char *folder, pid_t inner)
{
	g_auto(GStrv) names = lx_sysroot_list(pids->root, folder, NULL);
	uint64_t number;

	for (char **name = names; name && *name; name++)
		if (lx_slice_u64(lx_slice(*name), &number) && number <= INT32_MAX &&
			look_inward(pids, (pid_t)number) == inner)
			return (pid_t)number;
	return 0;
}

static pid_t look_outward(const LxPids *pids, pid_t inner)
{
	g_auto(GStrv) names = NULL;
	pid_t found = search(pids, "proc", inner);

	if (found)
		return found;
	names = lx_sysroot_list(pids->root, "proc", NULL);
	for (char **name = names; name && *name && !found; name++) {
		g_autofree char *threads = g_strdup_printf("proc/%s/task", *name);

		if (g_ascii_isdigit((*name)[0]))
			found = search(pids, threads, inner);
	}
	return found;
}

/* ---- Both -------------------------------------------------------------------------------- */

bool lx_pids_init(LxPids *pids, const LxSysroot *root, pid_t tid, GError **error)
{
	g_auto(LxTask) task = LX_TASK_NONE;
	g_autoptr(GArray) numbers = NULL;
	struct stat ours;

	*pids = (LxPids){.root = root, .fd = -1};
	if (!lx_task_open(root, tid, &task, error))
		return false;
	pids->fd = lx_task_open_file(&task, "ns/pid", error);
	if (pids->fd < 0 || !lx_sysroot_stat(root, "proc/self/ns/pid", true, &ours, error))
		return false;
	pids->inode = lx_pidns_inode(pids->fd);
	pids->same = pids->inode == ours.st_ino;
	pids->asks = !pids->same && can_ask(pids, tid);
	if (pids->same || pids->asks)
		return true;
	numbers = numbers_of(&task);
	if (!numbers || numbers->len == 0) {
		lx_error_set(error, ENOTSUP, "translating process ids: this kernel has no NSpid");
		return false;
	}
	pids->level = numbers->len - 1;
	return true;
}

pid_t lx_pids_inward(const LxPids *pids, pid_t outer)
{
	if (pids->same)
		return outer;
	return pids->asks ? ask(pids, NS_GET_PID_IN_PIDNS, outer) : look_inward(pids, outer);
}

pid_t lx_pids_outward(const LxPids *pids, pid_t inner)
{
	if (pids->same)
		return inner;
	return pids->asks ? ask(pids, NS_GET_PID_FROM_PIDNS, inner) : look_outward(pids, inner);
}
