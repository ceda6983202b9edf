/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The rows of /proc/stat: what a container is shown of its CPUs' time.
 *
 * The kernel knows how much CPU time a cgroup has used, on v1 also on which CPU. The container sees
 * CPUs of its own number, each of which lives through the wall time that passes: busy, stolen or
 * idle. A step takes the wall time since the last one, pours the use of that time into the visible
 * rows, and never takes anything out again:
 *
 *  - What the kernel says of a visible CPU goes to that CPU's row, as far as the wall time reaches.
 *  - All other use (no figures per CPU, CPUs that are not visible, more than the wall time) makes a
 *    pool, which is poured into the visible rows in order, each up to the wall time.
 *  - Still left: it was spent while more rows were visible (a quota that was lowered since), so it
 *    goes to those that were visible in the last step, and shows in the sum.
 *  - Still left: it is carried into the next step's pool. A quota of one CPU may be spent on two
 *    at once; over its period that evens out.
 *  - The rest of a row is stolen time, as far as the cgroup was throttled, and then idle.
 *
 * Rows that are not visible stand still, and the line "cpu" is the sum over all rows ever visible,
 * as the kernel's is over all possible CPUs: so nothing goes back when CPUs come and go.
 *
 * The first step is the container's lifetime. What does not fit into it was used before there was
 * such a container (a cgroup may be older than its init), so that much is not carried.
 *
 * Readers race: facts may be older than those a faster reader has brought already. A moment that is
 * past moves nothing, and use that was seen counts as none.
 */
#include "model/cpu_time.h"

#include "base/number.h"

typedef struct {
	LxCpuTimeState *state;
	const LxCpuSample *sample;
	uint64_t passed_nsec;
	LxCpuBusy shares; /* the proportion for what has no measure of its own */
	LxCpuBusy pool;
	uint64_t throttled_nsec;
} Step;

uint64_t lx_cpu_busy_nsec(const LxCpuBusy *busy)
{
	return lx_number_add(lx_number_add(busy->user_nsec, busy->nice_nsec), busy->system_nsec);
}

static void busy_add(LxCpuBusy *to, const LxCpuBusy *more)
{
	to->user_nsec = lx_number_add(to->user_nsec, more->user_nsec);
	to->nice_nsec = lx_number_add(to->nice_nsec, more->nice_nsec);
	to->system_nsec = lx_number_add(to->system_nsec, more->system_nsec);
}

static void busy_sub(LxCpuBusy *from, const LxCpuBusy *less)
{
	from->user_nsec = lx_number_sub(from->user_nsec, less->user_nsec);
	from->nice_nsec = lx_number_sub(from->nice_nsec, less->nice_nsec);
	from->system_nsec = lx_number_sub(from->system_nsec, less->system_nsec);
}

/* Exactly `amount`, divided as `shares` are. With amount <= their sum no part exceeds its share. */
static LxCpuBusy busy_split(uint64_t amount, const LxCpuBusy *shares)
{
	uint64_t whole = lx_cpu_busy_nsec(shares);
	LxCpuBusy parts = {0};

	parts.user_nsec = lx_number_scale(amount, shares->user_nsec, whole);
	amount -= parts.user_nsec;
	whole -= shares->user_nsec;
	parts.nice_nsec = lx_number_scale(amount, shares->nice_nsec, whole);
	parts.system_nsec = amount - parts.nice_nsec;
	return parts;
}

/* As much of `all` as there is room for. */
static LxCpuBusy busy_cut(const LxCpuBusy *all, uint64_t room)
{
	return lx_cpu_busy_nsec(all) <= room ? *all : busy_split(room, all);
}

static LxCpuBusy pour(Step *step, uint64_t room)
{
	LxCpuBusy poured = busy_cut(&step->pool, room);

	busy_sub(&step->pool, &poured);
	return poured;
}

static LxCpuUse use_since(const LxCpuUse *now, const LxCpuUse *seen)
{
	return (LxCpuUse){
		.usage_nsec = lx_number_sub(now->usage_nsec, seen->usage_nsec),
		.user_nsec = lx_number_sub(now->user_nsec, seen->user_nsec),
		.nice_nsec = lx_number_sub(now->nice_nsec, seen->nice_nsec),
		.system_nsec = lx_number_sub(now->system_nsec, seen->system_nsec),
	};
}

static void use_see(LxCpuUse *seen, const LxCpuUse *now)
{
	seen->usage_nsec = lx_number_max(seen->usage_nsec, now->usage_nsec);
	seen->user_nsec = lx_number_max(seen->user_nsec, now->user_nsec);
	seen->nice_nsec = lx_number_max(seen->nice_nsec, now->nice_nsec);
	seen->system_nsec = lx_number_max(seen->system_nsec, now->system_nsec);
}

/* What was measured; `otherwise` when nothing was: a clock tick sees nothing of short spells. */
static LxCpuBusy shares_of(const LxCpuUse *use, const LxCpuBusy *otherwise)
{
	LxCpuBusy shares = {use->user_nsec, use->nice_nsec, use->system_nsec};

	return lx_cpu_busy_nsec(&shares) ? shares : *otherwise;
}

static LxCpuBusy busy_of(const LxCpuUse *use, const LxCpuBusy *otherwise)
{
	LxCpuBusy shares = shares_of(use, otherwise);

	return busy_split(use->usage_nsec, &shares);
}

/* What one CPU did for the cgroup since the last step, where the kernel says so. */
static LxCpuBusy busy_of_cpu(const Step *step, unsigned cpu)
{
	const LxCpuUsage *usage = step->sample->usage;
	LxCpuUse use;

	if (cpu >= usage->n_rows)
		return (LxCpuBusy){0};
	use = use_since(&usage->rows[cpu], &step->state->rows[cpu].seen);
	return busy_of(&use, &step->shares);
}

static unsigned n_known_cpus(const LxCpuTimeState *state, const LxCpuUsage *usage)
{
	return usage->n_rows < state->max_rows ? usage->n_rows : state->max_rows;
}

/* New rows begin at 0: the memory behind the rows in use may be anybody's old record. */
static void make_rows(LxCpuTimeState *state, const LxCpuSample *sample)
{
	unsigned end = lx_cpuset_end(sample->visible);

	end = end < state->max_rows ? end : state->max_rows;
	end = (unsigned)lx_number_max(end, n_known_cpus(state, sample->usage));
	for (; state->n_rows < end; state->n_rows++)
		state->rows[state->n_rows] = (LxCpuTimeRow){0};
}

static void gather_pool(Step *step)
{
	const LxCpuUsage *usage = step->sample->usage;
	LxCpuUse use = use_since(&usage->total, &step->state->seen);
	LxCpuBusy busy, own;

	step->pool = step->state->carry;
	if (usage->n_rows == 0) {
		busy = busy_of(&use, &step->shares);
		busy_add(&step->pool, &busy);
	}
	for (unsigned cpu = 0; cpu < n_known_cpus(step->state, usage); cpu++) {
		busy = busy_of_cpu(step, cpu);
		if (lx_cpuset_has(step->sample->visible, cpu)) {
			own = busy_cut(&busy, step->passed_nsec);
			busy_sub(&busy, &own);
		}
		busy_add(&step->pool, &busy);
	}
}

static void grow_row(Step *step, unsigned cpu)
{
	LxCpuTimeRow *row = &step->state->rows[cpu];
	uint64_t room = step->passed_nsec, stolen;
	LxCpuBusy busy = busy_of_cpu(step, cpu), poured;

	busy = busy_cut(&busy, room);
	poured = pour(step, room - lx_cpu_busy_nsec(&busy));
	busy_add(&busy, &poured);
	room -= lx_cpu_busy_nsec(&busy);
	stolen = lx_number_min(room, step->throttled_nsec);
	step->throttled_nsec -= stolen;
	busy_add(&row->shown.busy, &busy);
	row->shown.steal_nsec = lx_number_add(row->shown.steal_nsec, stolen);
	row->shown.idle_nsec = lx_number_add(row->shown.idle_nsec, room - stolen);
}

static void grow_hidden_row(Step *step, LxCpuTimeRow *row)
{
	LxCpuBusy poured;

	if (row->visible_nsec != step->state->moment_nsec)
		return;
	poured = pour(step, step->passed_nsec);
	busy_add(&row->shown.busy, &poured);
}

static void grow_rows(Step *step)
{
	LxCpuTimeState *state = step->state;
	bool first = state->moment_nsec == 0;

	for (unsigned cpu = 0; cpu < state->n_rows; cpu++)
		if (lx_cpuset_has(step->sample->visible, cpu))
			grow_row(step, cpu);
	for (unsigned cpu = 0; cpu < state->n_rows; cpu++) {
		if (lx_cpuset_has(step->sample->visible, cpu))
			state->rows[cpu].visible_nsec = step->sample->now_nsec;
		else if (!first)
			grow_hidden_row(step, &state->rows[cpu]);
	}
	if (first)
		step->pool = (LxCpuBusy){0};
	state->carry = step->pool;
}

static void see(LxCpuTimeState *state, const LxCpuUsage *usage)
{
	use_see(&state->seen, &usage->total);
	state->seen_throttled_nsec =
		lx_number_max(state->seen_throttled_nsec, usage->throttled_nsec);
	for (unsigned cpu = 0; cpu < n_known_cpus(state, usage); cpu++)
		use_see(&state->rows[cpu].seen, &usage->rows[cpu]);
}

/* As the time since the last step was spent, else as all of it, else in user mode. */
static LxCpuBusy common_shares(const LxCpuTimeState *state, const LxCpuUsage *usage)
{
	static const LxCpuBusy in_user_mode = {.user_nsec = 1};
	LxCpuUse use = use_since(&usage->total, &state->seen);
	LxCpuBusy shares = shares_of(&usage->total, &in_user_mode);

	return shares_of(&use, &shares);
}

void lx_cpu_time_advance(LxCpuTimeState *state, const LxCpuSample *sample)
{
	const LxCpuUsage *usage = sample->usage;
	uint64_t since = state->moment_nsec ? state->moment_nsec : sample->start_nsec;
	Step step = {.state = state, .sample = sample};

	step.passed_nsec = lx_number_sub(sample->now_nsec, since);
	if (step.passed_nsec == 0)
		return;
	step.shares = common_shares(state, usage);
	step.throttled_nsec = lx_number_sub(usage->throttled_nsec, state->seen_throttled_nsec);
	make_rows(state, sample);
	gather_pool(&step);
	grow_rows(&step);
	see(state, usage);
	state->moment_nsec = sample->now_nsec;
}

void lx_cpu_time_show(const LxCpuTimeState *state, const LxCpuset *visible, LxCpuTimes *out)
{
	LxCpuTimes times = {.rows = g_new(LxCpuTimesRow, lx_cpuset_count(visible))};

	for (unsigned cpu = 0; cpu < state->n_rows; cpu++) {
		const LxCpuTime *time = &state->rows[cpu].shown;

		busy_add(&times.total.busy, &time->busy);
		times.total.idle_nsec = lx_number_add(times.total.idle_nsec, time->idle_nsec);
		times.total.steal_nsec = lx_number_add(times.total.steal_nsec, time->steal_nsec);
	}
	lx_cpuset_foreach(visible, cpu)
	{
		LxCpuTimesRow row = {.cpu = cpu, .number = cpu};

		if (cpu < state->n_rows)
			row.time = state->rows[cpu].shown;
		times.rows[times.n_rows++] = row;
	}
	lx_cpu_times_clear(out);
	*out = times;
}

size_t lx_cpu_time_bytes(unsigned n_cpus)
{
	return sizeof(LxCpuTimeState) + n_cpus * sizeof(LxCpuTimeRow);
}

size_t lx_cpu_time_used_bytes(const LxCpuTimeState *state)
{
	return lx_cpu_time_bytes(state->n_rows);
}
