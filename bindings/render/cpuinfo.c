/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of /proc/cpuinfo: the host's own bytes with some numbers put in their places. */
#include "render/cpuinfo.h"

#include <inttypes.h>

/* The first digits at or behind `from`; LX_N_CPUINFO_NUMBERS when none are left. */
static unsigned next_digits(const LxCpuinfoPart *part, const char *from)
{
	unsigned next = LX_N_CPUINFO_NUMBERS;

	for (unsigned i = 0; i < LX_N_CPUINFO_NUMBERS; i++) {
		const char *at = part->digits[i].at;

		if (at && at >= from &&
			(next == LX_N_CPUINFO_NUMBERS || at < part->digits[next].at))
			next = i;
	}
	return next;
}

static void append_part(const LxCpuinfoPart *part, const uint64_t *numbers, GString *to)
{
	const char *from = part->text.at, *end = part->text.at + part->text.length;
	unsigned i;

	while ((i = next_digits(part, from)) < LX_N_CPUINFO_NUMBERS) {
		const LxSlice *digits = &part->digits[i];

		g_string_append_len(to, from, digits->at - from);
		if (numbers[i] == part->numbers[i])
			g_string_append_len(to, digits->at, (gssize)digits->length);
		else
			g_string_append_printf(to, "%" PRIu64, numbers[i]);
		from = digits->at + digits->length;
	}
	g_string_append_len(to, from, end - from);
}

void lx_cpuinfo_append(const LxCpuinfo *cpuinfo, const LxCpuinfoChoice *choice, GString *to)
{
	for (unsigned i = 0; i < cpuinfo->parts->len; i++) {
		const LxCpuinfoShown *row = &g_array_index(choice->rows, LxCpuinfoShown, i);

		if (row->shown)
			append_part(lx_cpuinfo_part(cpuinfo, i), row->numbers, to);
	}
}
