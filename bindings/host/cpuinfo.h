/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's /proc/cpuinfo: reading it as a given task would, and finding the CPUs in it. */
#pragma once

#include "facts/cpuinfo.h"
#include "host/host.h"

/*
 * Cuts the text into parts. EINVAL with the line when a CPU, package or core has no number. `text`
 * must outlive the result.
 */
LX_MUST_CHECK bool lx_cpuinfo_parse(LxSlice text, const char *what, LxCpuinfo *out, GError **error);

/* A text and its parts. */
typedef struct {
	LxText text; /* the slices in `parts` point into it */
	LxCpuinfo parts;
} LxHostCpuinfo;

/*
 * What `tid` would read: the 32-bit text where the kernel has two and the task is a 32-bit one. 0
 * is nobody: the plain text. That may be `fresh_nsec` old: to print it the kernel measures the
 * frequency of every CPU, by an interrupt to each. Shared: for lx_cpuinfo_unref.
 */
LX_MUST_CHECK LxHostCpuinfo *lx_cpuinfo_read(
	LxHost *host, pid_t tid, uint64_t now_nsec, uint64_t fresh_nsec, GError **error);
void lx_cpuinfo_unref(LxHostCpuinfo *cpuinfo);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LxHostCpuinfo, lx_cpuinfo_unref)
