/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loads the program that runs in the kernel. */
#include "sweep/program.h"

#include <errno.h>

/* Made of active.bpf.c by bpftool. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpointer-arith"
#include <sweep/active.lskel.h>
#pragma GCC diagnostic pop

typedef struct active Skeleton;

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Skeleton, active__destroy)

static int fail(int code, GError **error)
{
	lx_error_set_errno(error, code, "loading the BPF program that counts tasks");
	return -1;
}

/* The descriptor holds the program, and that what it needs. */
static int take_link(Skeleton *skeleton)
{
	int link = skeleton->links.lx_active_fd;

	skeleton->links.lx_active_fd = 0;
	return link;
}

int lx_program_load(const uint32_t numbers[LX_N_SWEEP_SLOTS], GError **error)
{
	g_autoptr(Skeleton) skeleton = active__open();
	int result;

	if (!skeleton)
		return fail(ENOMEM, error);
	memcpy(skeleton->rodata->lx_numbers, numbers, sizeof skeleton->rodata->lx_numbers);
	result = active__load(skeleton);
	if (result < 0)
		return fail(-result, error);
	if (active__attach(skeleton) < 0)
		return fail(errno, error);
	return take_link(skeleton);
}

int lx_program_open(int program, GError **error)
{
	union bpf_attr attributes = {.iter_create = {.link_fd = (uint32_t)program}};
	int fd = skel_sys_bpf(BPF_ITER_CREATE, &attributes, sizeof attributes);

	if (fd < 0)
		lx_error_set_errno(error, errno, "starting a pass over all tasks");
	return fd;
}
