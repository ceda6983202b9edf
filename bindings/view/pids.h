/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Process and thread ids between our PID namespace and the asker's, both ways. What the asker's
 * does not have is 0.
 */
#pragma once

#include "base/sysroot.h"
#include "identity/task.h"

typedef struct {
	const LxSysroot *root;
	bool same; /* the asker's is ours: ids are what they are */
	LxFd fd;   /* the asker's */
	bool asks; /* the kernel translates (Linux 6.11) */
	uint64_t inode;
	guint level; /* how many namespaces lie between the first one we see and the asker's */
} LxPids;

#define LX_PIDS_NONE ((LxPids){.fd = -1})

void lx_pids_clear(LxPids *pids);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LxPids, lx_pids_clear)

/* For the asker with this thread id. ESRCH when it has gone. */
LX_MUST_CHECK bool lx_pids_init(LxPids *pids, const LxSysroot *root, pid_t tid, GError **error);

/* From ours to the asker's, and back. 0: it has no such number there, or there is none. */
pid_t lx_pids_inward(const LxPids *pids, pid_t outer);
pid_t lx_pids_outward(const LxPids *pids, pid_t inner);

/* The numbers of the line NSpid of /proc/PID/status, outermost first; NULL without one. */
GArray *lx_pids_parse_nspid(LxSlice status);

/*
 * A list as cgroup.procs prints it, one number a line, in the asker's numbers, behind what `out`
 * holds. What he does not have is 0 on v2 and left out on v1, where lists are sorted besides
 * (cgroup_procs_show, pidlist_array_load in the kernel).
 */
typedef pid_t (*LxPidsInward)(gconstpointer data, pid_t outer);
void lx_pids_translate(
	LxSlice list, bool v2, LxPidsInward inward, gconstpointer data, GString *out);

/* What is written to such a file: one number as kstrtoint(…, 0, …) takes it. False: EINVAL. */
bool lx_pids_parse_written(LxSlice text, pid_t *out);
