/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A sweep: one pass over all tasks of the host, in the kernel. */
#include "sweep/sweep.h"

#include "base/fd.h"
#include "sweep/program.h"

struct LxSweep {
	uint32_t numbers[LX_N_SWEEP_SLOTS]; /* see lx_program_load */
	GMutex lock;                        /* guards what follows */
	bool usable;
	LxFd program; /* -1: not loaded yet */
};

static const LxController controllers[LX_SWEEP_V2] = {
#define CONTROLLER(SYMBOL, name) [LX_SWEEP_##SYMBOL] = LX_CONTROLLER_##SYMBOL,
	LX_SWEEP_CONTROLLERS(CONTROLLER)
#undef CONTROLLER
};

static unsigned slot_of(const LxLayout *layout, unsigned hierarchy)
{
	if (layout->hierarchies[hierarchy].v2)
		return LX_SWEEP_V2;
	for (unsigned slot = 0; slot < LX_SWEEP_V2; slot++)
		if (layout->of[controllers[slot]] == (int)hierarchy)
			return slot;
	return LX_N_SWEEP_SLOTS;
}

LxSweep *lx_sweep_new(const LxSysroot *root, const LxLayout *layout)
{
	LxSweep *sweep = g_new0(LxSweep, 1);

	g_mutex_init(&sweep->lock);
	sweep->usable = lx_sysroot_is_live(root);
	sweep->program = -1;
	for (unsigned i = 0; i < layout->n_hierarchies; i++) {
		unsigned slot = slot_of(layout, i);

		if (slot < LX_N_SWEEP_SLOTS)
			sweep->numbers[slot] = lx_cgroup_mark(i);
	}
	return sweep;
}

void lx_sweep_free(LxSweep *sweep)
{
	if (!sweep)
		return;
	lx_fd_clear(&sweep->program);
	g_mutex_clear(&sweep->lock);
	g_free(sweep);
}

static bool is_usable(LxSweep *sweep)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&sweep->lock);

	return sweep->usable;
}

bool lx_sweep_sees(LxSweep *sweep, const LxCgroup *cgroup)
{
	const LxLevel *level = lx_cgroup_primary(cgroup);

	if (!sweep || !level || !is_usable(sweep))
		return false;
	for (unsigned slot = 0; slot < LX_N_SWEEP_SLOTS; slot++)
		if (sweep->numbers[slot] == lx_cgroup_mark(lx_level_hierarchy(level)))
			return true;
	return false;
}

static bool load(LxSweep *sweep, GError **error)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&sweep->lock);

	if (sweep->program < 0)
		sweep->program = lx_program_load(sweep->numbers, error);
	return sweep->program >= 0;
}

static void give_up(LxSweep *sweep)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&sweep->lock);

	sweep->usable = false;
}

static bool sweep_once(LxSweep *sweep, LxHeadcount *headcount, GError **error)
{
	g_auto(LxFd) pass = -1;

	if (!load(sweep, error))
		return false;
	pass = lx_program_open(sweep->program, error);
	return pass >= 0 && lx_headcount_read(headcount, pass, error);
}

bool lx_sweep_probe(GError **error)
{
	static const uint32_t no_cgroups[LX_N_SWEEP_SLOTS];
	g_auto(LxFd) program = lx_program_load(no_cgroups, error);
	g_auto(LxFd) pass = program < 0 ? -1 : lx_program_open(program, error);

	return pass >= 0;
}

bool lx_sweep_run(LxSweep *sweep, LxHeadcount *headcount, GError **error)
{
	if (sweep_once(sweep, headcount, error))
		return true;
	give_up(sweep);
	return false;
}
