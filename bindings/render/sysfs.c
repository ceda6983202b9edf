/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Texts below sys/devices/system/{cpu,node}: sets, and the host's texts with less in them. */
#include "render/sysfs.h"

void lx_sysfs_append_list(const LxCpuset *set, GString *to)
{
	lx_cpuset_append_list(set, to);
	g_string_append_c(to, '\n');
}

void lx_sysfs_append_row(const LxCpuset *set, GString *to)
{
	const char *separator = "";

	lx_cpuset_foreach(set, cpu)
	{
		g_string_append_printf(to, "%s%u", separator, cpu);
		separator = " ";
	}
	g_string_append_c(to, '\n');
}

void lx_sysfs_append_mask(const LxCpuset *set, unsigned n_bits, GString *to)
{
	lx_cpuset_append_mask(set, n_bits, to);
	g_string_append_c(to, '\n');
}

static bool is_number(LxSlice text)
{
	for (size_t i = 0; i < text.length; i++)
		if (!g_ascii_isxdigit(text.at[i]))
			return false;
	return text.length > 0;
}

void lx_sysfs_append_zero(LxSlice host, GString *to)
{
	if (is_number(lx_slice_trim(host)))
		g_string_append(to, "0\n");
	else
		g_string_append_len(to, host.at, (gssize)host.length);
}

/* In a table the numbers stand under each other: there the last digit stays where it was. */
static void append_word(LxSlice word, const char *gap_start, GString *to)
{
	bool in_table = word.at - gap_start > 1;
	uint64_t number;

	g_string_append_len(to, gap_start, word.at - gap_start);
	if (!lx_slice_u64(word, &number)) {
		g_string_append_len(to, word.at, (gssize)word.length);
		return;
	}
	for (size_t i = 1; in_table && i < word.length; i++)
		g_string_append_c(to, ' ');
	g_string_append_c(to, '0');
}

static void append_zero_line(LxSlice line, GString *to)
{
	LxSlice rest = line, word;
	const char *gap;

	if (!lx_scan_word(&rest, &word) || lx_slice_equal(word, ":")) {
		g_string_append_len(to, line.at, (gssize)line.length);
		return;
	}
	g_string_append_len(to, line.at, rest.at - line.at);
	for (gap = rest.at; lx_scan_word(&rest, &word); gap = rest.at)
		append_word(word, gap, to);
	g_string_append_len(to, rest.at, (gssize)rest.length);
}

void lx_sysfs_append_zero_columns(LxSlice host, GString *to)
{
	LxSlice rest = host, line;

	while (lx_scan_line(&rest, &line)) {
		append_zero_line(line, to);
		g_string_append_c(to, '\n');
	}
}

void lx_sysfs_append_zero_fields(LxSlice host, GString *to)
{
	bool in_number = false;

	for (size_t i = 0; i < host.length; i++) {
		bool digit = g_ascii_isdigit(host.at[i]);

		if (!digit || !in_number)
			g_string_append_c(to, digit ? '0' : host.at[i]);
		in_number = digit;
	}
}

void lx_sysfs_append_columns(LxSlice host, const LxCpuset *all, const LxCpuset *kept, GString *to)
{
	LxSlice rest = lx_slice_trim(host), word;
	const char *separator = "";

	lx_cpuset_foreach(all, member)
	{
		if (!lx_scan_word(&rest, &word))
			break;
		if (!lx_cpuset_has(kept, member))
			continue;
		g_string_append(to, separator);
		g_string_append_len(to, word.at, (gssize)word.length);
		separator = " ";
	}
	g_string_append_c(to, '\n');
}
