/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The folders cpu and node of /sys/devices/system (ABI/testing/sysfs-devices-system-cpu,
 * ABI/stable/sysfs-devices-node): what a file tells, and which paths exist for a container. Pure.
 */
#pragma once

#include "base/cpuset.h"

/* What a file tells, and so what becomes of it. */
typedef enum {
	LX_SYSFS_CONSTANT, /* the machine's: as it is */
	LX_SYSFS_VISIBLE,  /* the list of the visible CPUs */
	LX_SYSFS_POSSIBLE, /* as it is, or the visible CPUs (setting cpu-possible) */
	LX_SYSFS_EMPTY,    /* a list of what a container never has */
	LX_SYSFS_CPU_LIST, /* "0-3,8", to be cut */
	LX_SYSFS_CPU_MASK, /* "f", likewise */
	LX_SYSFS_CPU_ROW,  /* "0 1 2", likewise */
	LX_SYSFS_NODE_LIST,
	LX_SYSFS_NODE_COLUMNS, /* a number for each node that is online */
	LX_SYSFS_COUNT,        /* the host's activity: 0 */
	LX_SYSFS_COUNTS,       /* likewise, lines of a name and numbers */
	LX_SYSFS_FIELDS,       /* likewise, "ref:12 del:34" */
	LX_SYSFS_NODE_MEMINFO, /* views of their own */
	LX_SYSFS_NODE_VMSTAT,
} LxSysfsKind;

/* `path` begins with the folder: "cpu/online", "node/node0/cpumap". */
LxSysfsKind lx_sysfs_kind(const char *path);

/* What there is for a container. NULL: everything. */
typedef struct {
	const LxCpuset *cpus;
	const LxCpuset *nodes;
	bool renumber; /* CPUs are shown as 0..N-1 */
} LxSysfsScope;

/*
 * Paths have components "cpu3" and "node0"; the others stand for themselves. Appends the real name
 * for the one shown or the other way round. False, with `to` as it was: there is no such thing for
 * this container, or the name is none ("", ".", "..").
 */
bool lx_sysfs_append_real_name(const LxSysfsScope *scope, LxSlice shown, GString *to);
bool lx_sysfs_append_shown_name(const LxSysfsScope *scope, LxSlice real, GString *to);

/* Appends '/' and the real name for every component of a shown path. False as above. */
bool lx_sysfs_append_real_path(const LxSysfsScope *scope, const char *shown, GString *to);
/* The target of a link as it is shown: "../../node/node0". False as above, but ".." is kept. */
bool lx_sysfs_append_shown_target(const LxSysfsScope *scope, const char *real, GString *to);

/* "node12" and `prefix` "node" give 12; false for anything else ("node", "node012", "nodes1"). */
bool lx_sysfs_number(LxSlice name, const char *prefix, unsigned *out);
