/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The program that runs in the kernel (active.bpf.c), loaded by bpf(2) alone: what would have to be
 * known of this kernel's types the kernel fills in itself (since Linux 5.17), so that no library
 * parses them here. Nothing is pinned: with the last descriptor the program goes.
 */
#pragma once

#include <stdint.h>

#include "base/fd.h"
#include "sweep/record.h"

/*
 * A descriptor for lx_program_open. `numbers` says for each slot what the ids of its cgroups are
 * marked with (see lx_cgroup_id), 0 for those to be left out. -1 where the kernel refuses (it is
 * too old, has no BTF, is locked down; CAP_BPF and CAP_PERFMON are missing), ENOSYS where lxfs was
 * built without the program.
 */
LX_MUST_CHECK int lx_program_load(const uint32_t numbers[LX_N_SWEEP_SLOTS], GError **error);

/* A pass over all tasks of this PID namespace: a descriptor that gives whole records. */
LX_MUST_CHECK int lx_program_open(int program, GError **error);
