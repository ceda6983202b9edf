/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In place of program.c where lxfs is built without BPF. */
#include "sweep/program.h"

#include <errno.h>

int lx_program_load(const uint32_t numbers[LX_N_SWEEP_SLOTS], GError **error)
{
	lx_error_set(error, ENOSYS, "loading the BPF program that counts tasks: built without it");
	return -1;
}

int lx_program_open(int program, GError **error)
{
	lx_error_set(error, ENOSYS, "starting a pass over all tasks: built without it");
	return -1;
}
