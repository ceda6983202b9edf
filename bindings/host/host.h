/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host's own kernel files: the same file is read for every container, and kept open where one
 * descriptor can serve several threads. Parsers of their text live beside (host/meminfo.h,
 * host/stat.h, ...). Safe from any thread.
 */
#pragma once

#include "base/cpuset.h"
#include "base/sysroot.h"

typedef enum {
	LX_HOST_MEMINFO,
	LX_HOST_STAT,
	LX_HOST_CPUINFO,
	LX_HOST_SWAPS,
	LX_HOST_VMSTAT,
	LX_HOST_DISKSTATS,
	LX_HOST_SLABINFO,
	LX_HOST_CPU_ONLINE,
	LX_HOST_CPU_POSSIBLE,
	LX_HOST_NODE_ONLINE,
	LX_HOST_OVERCOMMIT_RATIO,
	LX_HOST_THP_SIZE,
	LX_N_HOST_FILES
} LxHostFile;

typedef struct LxHost LxHost;

LxHost *lx_host_new(const LxSysroot *root);
void lx_host_free(LxHost *host);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxHost, lx_host_free)

const LxSysroot *lx_host_root(const LxHost *host);

/* The text as it is now. ENOENT when this kernel has no such file. */
LX_MUST_CHECK bool lx_host_read(LxHost *host, LxHostFile file, LxText *out, GError **error);
/*
 * Facts that were parsed from a file and stay good for a while: a g_atomic_rc_box, of which the
 * caller gets a reference. NULL when there are none, or when they are `fresh_nsec` old (boot time).
 */
gpointer lx_host_recent(LxHost *host, LxHostFile file, uint64_t now_nsec, uint64_t fresh_nsec);
/* Keeps such facts in place of earlier ones; takes a reference of its own. `clear` frees them. */
void lx_host_keep_recent(
	LxHost *host, LxHostFile file, gpointer facts, GDestroyNotify clear, uint64_t now_nsec);
/* The path of a NUMA node's file below the root, for g_free. */
char *lx_host_node_path(unsigned node, const char *file);
/*
 * The text as it was read first, for what stays the same while a kernel runs: the names in vmstat,
 * headers. Borrowed, valid as long as `host`. NULL on failure, ENOENT as above.
 */
LX_MUST_CHECK const LxText *lx_host_read_once(LxHost *host, LxHostFile file, GError **error);
/* Its path below the root ("proc/meminfo"): for messages. */
const char *lx_host_path(LxHostFile file);
/* sys/devices/system/cpu/{online,possible}, sys/devices/system/node/online. */
LX_MUST_CHECK bool lx_host_cpus(LxHost *host, LxHostFile file, LxCpuset *out, GError **error);
