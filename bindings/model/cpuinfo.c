/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which parts of /proc/cpuinfo a container sees, and the numbers in them. */
#include "model/cpuinfo.h"

/* One stanza in its package, for counting. */
typedef struct {
	int64_t package;
	int64_t core;
	bool have_core;
	LxCpuinfoShown *row;
} Member;

static LxCpuinfoShown *row_at(const LxCpuinfoChoice *choice, unsigned i)
{
	return &g_array_index(choice->rows, LxCpuinfoShown, i);
}

static const Member *member_at(const GArray *members, unsigned i)
{
	return &g_array_index(members, Member, i);
}

static bool is_visible(const LxCpuinfoPart *part, const LxCpuset *visible)
{
	uint64_t cpu = part->numbers[LX_CPUINFO_CPU];

	return !part->have_cpu || (cpu < LX_CPUSET_MAX && lx_cpuset_has(visible, (unsigned)cpu));
}

/* Gives back the visible CPUs that have a part: a CPU may have gone offline in between. */
static LxCpuset choose_parts(const LxCpuinfo *cpuinfo, const LxCpuset *visible, bool renumber,
	const LxCpuinfoChoice *choice)
{
	LxCpuset present = {0};

	for (unsigned i = 0; i < cpuinfo->parts->len; i++) {
		const LxCpuinfoPart *part = lx_cpuinfo_part(cpuinfo, i);
		LxCpuinfoShown *row = row_at(choice, i);
		unsigned cpu;

		memcpy(row->numbers, part->numbers, sizeof row->numbers);
		row->shown = is_visible(part, visible);
		if (!part->have_cpu || !row->shown)
			continue;
		cpu = (unsigned)part->numbers[LX_CPUINFO_CPU];
		lx_cpuset_add(&present, cpu);
		if (renumber)
			row->numbers[LX_CPUINFO_CPU] = lx_cpuset_rank(visible, cpu);
	}
	return present;
}

static int by_package_and_core(gconstpointer a, gconstpointer b)
{
	const Member *one = a, *other = b;

	if (one->package != other->package)
		return one->package < other->package ? -1 : 1;
	return (one->core > other->core) - (one->core < other->core);
}

/* The stanzas that print how many siblings they have, those of a package side by side. */
static GArray *members_new(const LxCpuinfo *cpuinfo, const LxCpuinfoChoice *choice)
{
	GArray *members = g_array_new(FALSE, FALSE, sizeof(Member));

	for (unsigned i = 0; i < cpuinfo->parts->len; i++) {
		const LxCpuinfoPart *part = lx_cpuinfo_part(cpuinfo, i);
		Member member = {part->package, part->core, part->have_core, row_at(choice, i)};

		if (part->have_cpu &&
			(part->digits[LX_CPUINFO_SIBLINGS].at || part->digits[LX_CPUINFO_CORES].at))
			g_array_append_val(members, member);
	}
	g_array_sort(members, by_package_and_core);
	return members;
}

static void set_counts(const GArray *members, unsigned from, unsigned end)
{
	const Member *last = NULL;
	unsigned siblings = 0, cores = 0;

	for (unsigned i = from; i < end; i++) {
		const Member *member = member_at(members, i);

		if (!member->row->shown)
			continue;
		siblings++;
		cores += !last || !member->have_core || member->core != last->core;
		last = member;
	}
	/* A package that is visible as a whole keeps what the kernel counted. */
	for (unsigned i = from; i < end && siblings < end - from; i++) {
		member_at(members, i)->row->numbers[LX_CPUINFO_SIBLINGS] = siblings;
		member_at(members, i)->row->numbers[LX_CPUINFO_CORES] = cores;
	}
}

static void count_packages(const GArray *members)
{
	unsigned from = 0;

	for (unsigned i = 1; i <= members->len; i++) {
		if (i < members->len &&
			member_at(members, i)->package == member_at(members, from)->package)
			continue;
		set_counts(members, from, i);
		from = i;
	}
}

void lx_cpuinfo_choose(
	const LxCpuinfo *cpuinfo, const LxCpuset *visible, bool renumber, LxCpuinfoChoice *out)
{
	unsigned n = cpuinfo->parts->len, count;
	LxCpuinfoChoice choice = {g_array_sized_new(FALSE, TRUE, sizeof(LxCpuinfoShown), n)};
	g_autoptr(GArray) members = NULL;
	LxCpuset present;

	g_array_set_size(choice.rows, n);
	present = choose_parts(cpuinfo, visible, renumber, &choice);
	members = members_new(cpuinfo, &choice);
	count_packages(members);
	count = lx_cpuset_count(&present);
	for (unsigned i = 0; i < n; i++)
		row_at(&choice, i)->numbers[LX_CPUINFO_COUNT] = count;
	lx_cpuinfo_choice_clear(out);
	*out = choice;
}

bool lx_cpuinfo_covers(const LxCpuinfo *cpuinfo, const LxCpuset *visible)
{
	LxCpuset described = {0}, covered;

	for (unsigned i = 0; i < cpuinfo->parts->len; i++) {
		const LxCpuinfoPart *part = lx_cpuinfo_part(cpuinfo, i);

		if (part->have_cpu && part->numbers[LX_CPUINFO_CPU] < LX_CPUSET_MAX)
			lx_cpuset_add(&described, (unsigned)part->numbers[LX_CPUINFO_CPU]);
	}
	covered = lx_cpuset_and(&described, visible);
	return lx_cpuset_equal(&covered, visible);
}
