/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs in the kernel, once for each task (an iterator of tasks:
 * Documentation/bpf/bpf_iterators.rst) and tells of those that run or are blocked which cgroups
 * they are in.
 *
 * The structs below have the fields that are asked for and no others. Where these lie, and what the
 * numbers of controllers are, the kernel that loads the program fills in from its own types
 * (CO-RE).
 */
typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef int __s32;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;

#include <bpf/bpf_helpers.h>

#include <bpf/bpf_core_read.h>

#include "sweep/record.h"

/* Of include/linux/sched.h; none has had another meaning since Linux 5.17. */
#define TASK_UNINTERRUPTIBLE 0x2u
#define TASK_REPORT 0x7fu
#define TASK_IDLE 0x402u
#define TASK_RTLOCK_WAIT 0x1000u
#define TASK_FROZEN 0x8000u

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct kernfs_node {
	__u64 id;
};

struct cgroup_subsys_state {
	struct cgroup *cgroup;
	struct cgroup_subsys_state *parent;
};

struct cgroup {
	struct cgroup_subsys_state self;
	struct kernfs_node *kn;
};

struct css_set {
	struct cgroup_subsys_state *subsys[1]; /* more, by the kernel's configuration */
	struct cgroup *dfl_cgrp;
};

struct task_struct {
	unsigned int __state;
	int exit_state;
	struct css_set *cgroups;
};

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

#pragma clang attribute pop

/* The kernel's numbers depend on its configuration, and replace these. */
enum cgroup_subsys_id {
#define SUBSYSTEM(SYMBOL, name) name##_cgrp_id,
	LX_SWEEP_CONTROLLERS(SUBSYSTEM)
#undef SUBSYSTEM
};

/* Set before the program is loaded: see lx_program_load. */
const volatile __u32 lx_numbers[LX_N_SWEEP_SLOTS] = {0};

/* As __task_state_index does it for /proc/TID/stat; 0: any other letter. */
static __always_inline __u32 letter_of(const struct task_struct *task)
{
	__u32 state = task->__state;
	__u32 reported = (state | (__u32)task->exit_state) & TASK_REPORT;

	if (state & (TASK_RTLOCK_WAIT | TASK_FROZEN))
		return 'D';
	if ((state & TASK_IDLE) == TASK_IDLE)
		return 0;
	if (reported == 0)
		return 'R';
	/* The highest bit decides. */
	return (reported | 1) == (TASK_UNINTERRUPTIBLE | 1) ? 'D' : 0;
}

/* What does not fit any more the kernel drops as a whole, and calls again with more room. */
static __always_inline void tell(
	struct seq_file *seq, struct cgroup_subsys_state *css, __u32 number, __u32 letter)
{
	LxSweepRecord record = {.letter = letter};

	for (int level = 0; level < LX_SWEEP_LEVELS_MAX; level++) {
		struct cgroup_subsys_state *parent = BPF_CORE_READ(css, parent);

		if (!parent)
			return;
		record.id = BPF_CORE_READ(css, cgroup, kn, id) ^ (__u64)number << 56;
		bpf_seq_write(seq, &record, sizeof record);
		css = parent;
	}
}

static __always_inline struct cgroup_subsys_state *nth_css(const struct css_set *set, __u64 n)
{
	const void *table = __builtin_preserve_access_index(&set->subsys);
	struct cgroup_subsys_state *css = 0;

	bpf_probe_read_kernel(&css, sizeof css, table + n * sizeof css);
	return css;
}

SEC("iter/task")
int lx_active(struct bpf_iter__task *context)
{
	struct seq_file *seq = context->meta->seq;
	struct task_struct *task = context->task;
	__u32 letter = task ? letter_of(task) : 0;
	struct css_set *set;

	if (!letter)
		return 0;
	set = task->cgroups;
#define TELL(SYMBOL, name) \
	if (lx_numbers[LX_SWEEP_##SYMBOL] && \
		bpf_core_enum_value_exists(enum cgroup_subsys_id, name##_cgrp_id)) \
		tell(seq, \
			nth_css(set, bpf_core_enum_value(enum cgroup_subsys_id, name##_cgrp_id)), \
			lx_numbers[LX_SWEEP_##SYMBOL], letter);
	LX_SWEEP_CONTROLLERS(TELL)
#undef TELL
	if (lx_numbers[LX_SWEEP_V2])
		tell(seq, &set->dfl_cgrp->self, lx_numbers[LX_SWEEP_V2], letter);
	return 0;
}

/* The LGPL may be replaced by the GPL (its section 3), which the kernel asks for here. */
const char lx_license[] SEC("license") = "GPL";
