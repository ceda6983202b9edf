/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's own kernel files. */
#include "host/host.h"

#include "base/number.h"

#include <fcntl.h>
#include <unistd.h>

/* Facts and when they were read. */
typedef struct {
	gpointer facts;
	GDestroyNotify clear;
	uint64_t read_nsec;
} Recent;

struct LxHost {
	const LxSysroot *root;
	int files[LX_N_HOST_FILES]; /* atomic; descriptor + 1, 0 is not opened yet */
	/* Atomic; owned; NULL is not read yet. */
	LxText *once[LX_N_HOST_FILES];
	GMutex lock; /* guards recent */
	Recent recent[LX_N_HOST_FILES];
};

/*
 * `record`: printed by the kernel in one piece (single_open or sysfs), so one pread gets it all,
 * and the descriptor is kept. Of any other file every pread is printed on from where the last one
 * by that descriptor ended, or, when somebody else has read meanwhile, anew up to the offset, which
 * then may lie in the middle of another line (seq_read_iter in fs/seq_file.c).
 */
static const struct {
	const char *path;
	bool record;
} host_files[LX_N_HOST_FILES] = {
	[LX_HOST_MEMINFO] = {"proc/meminfo", true},
	[LX_HOST_STAT] = {"proc/stat", true},
	[LX_HOST_CPUINFO] = {"proc/cpuinfo", false},
	[LX_HOST_SWAPS] = {"proc/swaps", false},
	[LX_HOST_VMSTAT] = {"proc/vmstat", false},
	[LX_HOST_DISKSTATS] = {"proc/diskstats", false},
	[LX_HOST_SLABINFO] = {"proc/slabinfo", false},
	[LX_HOST_CPU_ONLINE] = {"sys/devices/system/cpu/online", true},
	[LX_HOST_CPU_POSSIBLE] = {"sys/devices/system/cpu/possible", true},
	[LX_HOST_NODE_ONLINE] = {"sys/devices/system/node/online", true},
	[LX_HOST_OVERCOMMIT_RATIO] = {"proc/sys/vm/overcommit_ratio", true},
	[LX_HOST_THP_SIZE] = {"sys/kernel/mm/transparent_hugepage/hpage_pmd_size", true},
};

LxHost *lx_host_new(const LxSysroot *root)
{
	LxHost *host = g_new0(LxHost, 1);

	host->root = root;
	g_mutex_init(&host->lock);
	return host;
}

static void release(const Recent *recent)
{
	if (recent->facts)
		g_atomic_rc_box_release_full(recent->facts, recent->clear);
}

static void text_free(LxText *text)
{
	if (text)
		lx_text_clear(text);
	g_free(text);
}

void lx_host_free(LxHost *host)
{
	if (!host)
		return;
	for (int i = 0; i < LX_N_HOST_FILES; i++)
		text_free(host->once[i]);
	for (int i = 0; i < LX_N_HOST_FILES; i++)
		release(&host->recent[i]);
	g_mutex_clear(&host->lock);
	for (int i = 0; i < LX_N_HOST_FILES; i++)
		if (host->files[i])
			close(host->files[i] - 1);
	g_free(host);
}

const LxSysroot *lx_host_root(const LxHost *host)
{
	return host->root;
}

const char *lx_host_path(LxHostFile file)
{
	return host_files[file].path;
}

char *lx_host_node_path(unsigned node, const char *file)
{
	return g_strdup_printf("sys/devices/system/node/node%u/%s", node, file);
}

/* -1 with *error set when it cannot be opened. Two threads may both open it: the first one stays.
 */
static int kept_file(LxHost *host, LxHostFile file, GError **error)
{
	int kept = g_atomic_int_get(&host->files[file]), fd;

	if (kept)
		return kept - 1;
	fd = lx_sysroot_open(host->root, host_files[file].path, O_RDONLY, error);
	if (fd < 0)
		return -1;
	if (g_atomic_int_compare_and_exchange(&host->files[file], 0, fd + 1))
		return fd;
	close(fd);
	return g_atomic_int_get(&host->files[file]) - 1;
}

bool lx_host_read(LxHost *host, LxHostFile file, LxText *out, GError **error)
{
	int fd;

	if (!host_files[file].record)
		return lx_sysroot_read(host->root, lx_host_path(file), out, error);
	fd = kept_file(host, file, error);
	return fd >= 0 &&
	       lx_fd_read_record(fd, LX_SYSROOT_MAX_BYTES, lx_host_path(file), out, error);
}

/* Two threads may both read it: the first one's text stays. */
const LxText *lx_host_read_once(LxHost *host, LxHostFile file, GError **error)
{
	LxText *kept = g_atomic_pointer_get(&host->once[file]);
	LxText *fresh;

	if (kept)
		return kept;
	fresh = g_new0(LxText, 1);
	if (!lx_host_read(host, file, fresh, error)) {
		text_free(fresh);
		return NULL;
	}
	if (g_atomic_pointer_compare_and_exchange(&host->once[file], NULL, fresh))
		return fresh;
	text_free(fresh);
	return g_atomic_pointer_get(&host->once[file]);
}

bool lx_host_cpus(LxHost *host, LxHostFile file, LxCpuset *out, GError **error)
{
	g_auto(LxText) text = {0};

	return lx_host_read(host, file, &text, error) &&
	       lx_cpuset_parse(lx_text_slice(&text), lx_host_path(file), out, error);
}

gpointer lx_host_recent(LxHost *host, LxHostFile file, uint64_t now_nsec, uint64_t fresh_nsec)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&host->lock);
	const Recent *recent = &host->recent[file];

	if (!recent->facts || lx_number_sub(now_nsec, recent->read_nsec) >= fresh_nsec)
		return NULL;
	return g_atomic_rc_box_acquire(recent->facts);
}

void lx_host_keep_recent(
	LxHost *host, LxHostFile file, gpointer facts, GDestroyNotify clear, uint64_t now_nsec)
{
	Recent fresh = {g_atomic_rc_box_acquire(facts), clear, now_nsec}, old;

	g_mutex_lock(&host->lock);
	old = host->recent[file];
	host->recent[file] = fresh;
	g_mutex_unlock(&host->lock);
	release(&old);
}
